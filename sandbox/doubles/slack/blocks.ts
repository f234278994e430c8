import { isObject } from "./arguments";

/**
 * The rules of Block Kit for messages (https://docs.slack.dev/reference/block-kit/blocks), for the blocks that a message on
 * a finding needs. Others are refused as an unknown type is, so a new one must be added here with its rules first.
 */
export function blockProblems(blocks: readonly unknown[]): string[] {
  const problems: string[] = [];
  const complain: Complain = (message, pointer) => void problems.push(`[ERROR] ${message} [json-pointer:${pointer}]`);
  if (blocks.length > 50) complain("no more than 50 items allowed", "/blocks");

  const ids = new Set<string>();
  for (const [index, block] of blocks.entries()) blockOf(block, `/blocks/${index}`, complain, ids);
  return problems;
}

function blockOf(block: unknown, pointer: string, complain: Complain, ids: Set<string>): void {
  if (!isObject(block)) {
    complain("must be an object", pointer);
    return;
  }
  const check = typeof block.type === "string" ? checks[block.type] : undefined;
  if (check === undefined) {
    complain(`unsupported type: ${block.type}`, `${pointer}/type`);
    return;
  }
  identifier(block, "block_id", ids, pointer, complain);
  check(block, pointer, complain);
}

type Complain = (message: string, pointer: string) => void;
type Item = Record<string, unknown>;
type Check = (item: Item, pointer: string, complain: Complain) => void;

const checks: Record<string, Check> = {
  header: (block, pointer, complain) => {
    onlyFields(block, ["type", "block_id", "text", "level"], pointer, complain);
    textObject(block.text, 150, `${pointer}/text`, complain, ["plain_text"]);
  },
  divider: (block, pointer, complain) => onlyFields(block, ["type", "block_id"], pointer, complain),
  section: (block, pointer, complain) => {
    onlyFields(block, ["type", "block_id", "text", "fields", "accessory", "expand"], pointer, complain);
    if (block.text === undefined && block.fields === undefined) complain("missing required field: text", pointer);
    if (block.text !== undefined) textObject(block.text, 3000, `${pointer}/text`, complain);
    if (block.fields !== undefined) {
      list(block.fields, 10, `${pointer}/fields`, complain, (field, at) => textObject(field, 2000, at, complain));
    }
    if (block.accessory !== undefined) {
      element(block.accessory, ["button", "image"], `${pointer}/accessory`, complain, new Set());
    }
  },
  context: (block, pointer, complain) => {
    onlyFields(block, ["type", "block_id", "elements"], pointer, complain);
    list(block.elements, 10, `${pointer}/elements`, complain, (item, at) => {
      if (isObject(item) && item.type === "image") element(item, ["image"], at, complain, new Set());
      // Not documented for context; the limit of a text object as such.
      else textObject(item, 3000, at, complain);
    });
  },
  actions: (block, pointer, complain) => {
    onlyFields(block, ["type", "block_id", "elements"], pointer, complain);
    const ids = new Set<string>();
    list(block.elements, 25, `${pointer}/elements`, complain, (item, at) =>
      element(item, ["button"], at, complain, ids),
    );
  },
};

function element(item: unknown, types: readonly string[], pointer: string, complain: Complain, ids: Set<string>): void {
  if (!isObject(item)) {
    complain("must be an object", pointer);
    return;
  }
  if (typeof item.type !== "string" || !types.includes(item.type)) {
    complain(`unsupported type: ${item.type}`, `${pointer}/type`);
    return;
  }
  if (item.type === "image") {
    onlyFields(item, ["type", "image_url", "alt_text"], pointer, complain);
    url(item.image_url, `${pointer}/image_url`, complain);
    string(item.alt_text, 1, 2000, `${pointer}/alt_text`, complain);
    return;
  }
  onlyFields(item, ["type", "text", "action_id", "url", "value", "style", "accessibility_label"], pointer, complain);
  textObject(item.text, 75, `${pointer}/text`, complain, ["plain_text"]);
  identifier(item, "action_id", ids, pointer, complain);
  if (item.url !== undefined) url(item.url, `${pointer}/url`, complain);
  if (item.value !== undefined) string(item.value, 0, 2000, `${pointer}/value`, complain);
  if (item.accessibility_label !== undefined) {
    string(item.accessibility_label, 0, 75, `${pointer}/accessibility_label`, complain);
  }
  if (item.style !== undefined && item.style !== "primary" && item.style !== "danger") {
    complain("must be a valid enum value", `${pointer}/style`);
  }
}

function textObject(
  item: unknown,
  longest: number,
  pointer: string,
  complain: Complain,
  types: readonly string[] = ["plain_text", "mrkdwn"],
): void {
  if (item === undefined) {
    complain("missing required field", pointer);
    return;
  }
  if (!isObject(item)) {
    complain("must provide an object", pointer);
    return;
  }
  if (typeof item.type !== "string" || !types.includes(item.type)) {
    complain(`must be a valid text type: ${types.join(", ")}`, `${pointer}/type`);
    return;
  }
  onlyFields(item, ["type", "text", item.type === "mrkdwn" ? "verbatim" : "emoji"], pointer, complain);
  string(item.text, 1, longest, `${pointer}/text`, complain);
}

function onlyFields(item: Item, names: readonly string[], pointer: string, complain: Complain): void {
  for (const name of Object.keys(item)) {
    if (!names.includes(name)) complain(`invalid additional property: ${name}`, pointer);
  }
}

function string(value: unknown, shortest: number, longest: number, pointer: string, complain: Complain): void {
  if (typeof value !== "string") {
    complain("must be a string", pointer);
    return;
  }
  if (value.length < shortest) complain(`must be more than ${shortest - 1} characters`, pointer);
  if (value.length > longest) complain(`must be less than ${longest + 1} characters`, pointer);
}

function url(value: unknown, pointer: string, complain: Complain): void {
  string(value, 1, 3000, pointer, complain);
  if (typeof value === "string" && !URL.canParse(value)) {
    complain("must be a valid url", pointer);
  }
}

function identifier(item: Item, name: string, seen: Set<string>, pointer: string, complain: Complain): void {
  const id = item[name];
  if (id === undefined) return;
  string(id, 1, 255, `${pointer}/${name}`, complain);
  if (typeof id !== "string") return;
  if (seen.has(id)) complain(`\`${name}\` already exists`, `${pointer}/${name}`);
  seen.add(id);
}

function list(
  items: unknown,
  most: number,
  pointer: string,
  complain: Complain,
  check: (item: unknown, pointer: string) => void,
): void {
  if (!Array.isArray(items)) {
    complain("missing required field", pointer);
    return;
  }
  if (items.length < 1) complain("must have at least 1 item", pointer);
  if (items.length > most) complain(`no more than ${most} items allowed`, pointer);
  items.forEach((item, index) => {
    check(item, `${pointer}/${index}`);
  });
}
