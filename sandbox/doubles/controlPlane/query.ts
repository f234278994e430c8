import { requiredMembers, type Shape } from "./shapes";

/**
 * The older protocol of CloudFormation: a form in (`Regions.member.1=us-east-1`), XML out. Both by the SDK's own schemas, so that
 * every name is the service's. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
interface Tree {
  text?: string;
  inside: Map<string, Tree>;
}

/** The form as a tree, each dot a step down. */
function treeOf(form: URLSearchParams): Tree {
  const root: Tree = { inside: new Map() };
  for (const [key, text] of form) {
    let place = root;
    for (const step of key.split(".")) {
      const next = place.inside.get(step) ?? { inside: new Map() };
      place.inside.set(step, next);
      place = next;
    }
    place.text = text;
  }
  return root;
}

/** A form's values as the SDK names them. What is wrong is added to `problems`. */
export function readForm(shape: Shape, form: URLSearchParams, problems: string[]): unknown {
  const root = treeOf(form);
  for (const name of ["Action", "Version"]) root.inside.delete(name);
  return readValue(shape, root, "data", problems);
}

function readValue(shape: Shape, { text, inside }: Tree, path: string, problems: string[]): unknown {
  if (shape.isListSchema()) {
    const items = shape.getMergedTraits().xmlFlattened ? inside : (inside.get("member")?.inside ?? new Map());
    return numbered(items).map((item, index) => readValue(shape.getValueSchema(), item, `${path}[${index}]`, problems));
  }
  if (shape.isMapSchema()) {
    const entries = numbered(inside.get("entry")?.inside ?? new Map());
    return Object.fromEntries(
      entries.map((entry) => [
        entry.inside.get("key")?.text ?? "",
        readValue(shape.getValueSchema(), entry.inside.get("value") ?? { inside: new Map() }, path, problems),
      ]),
    );
  }
  if (shape.isStructSchema()) return structOf(shape, inside, path, problems);
  return scalarOf(shape, text, path, problems);
}

const numbered = (items: Map<string, Tree>) =>
  [...items].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);

function structOf(shape: Shape, inside: Map<string, Tree>, path: string, problems: string[]) {
  const members = new Map<string, Shape>(shape.structIterator());
  const read: Record<string, unknown> = {};
  for (const [name, item] of inside) {
    const member = members.get(name);
    if (member) read[name] = readValue(member, item, `${path}.${name}`, problems);
    else problems.push(`${path} should NOT have additional properties: ${name}`);
  }
  for (const name of requiredMembers(shape))
    if (read[name] === undefined) problems.push(`${path} should have required property '${name}'`);
  return read;
}

function scalarOf(shape: Shape, text: string | undefined, path: string, problems: string[]): unknown {
  const wrong = (expected: string) => void problems.push(`${path} should be ${expected}`);
  if (text === undefined) return wrong("a value");
  if (shape.isBooleanSchema()) return ["true", "false"].includes(text) ? text === "true" : wrong("boolean");
  if (shape.isNumericSchema()) return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : wrong("number");
  if (shape.isTimestampSchema()) return Number.isNaN(Date.parse(text)) ? wrong("a time") : new Date(text);
  return text;
}

/** The XML inside an element that holds this value. A member that the schema lacks is a mistake in the double, so it throws. */
function toXml(shape: Shape, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (shape.isListSchema())
    return (value as unknown[]).map((item) => element("member", shape.getValueSchema(), item)).join("");
  if (!shape.isStructSchema())
    return shape.isTimestampSchema() ? (value as Date).toISOString() : escaped(String(value));
  const members = new Map<string, Shape>(shape.structIterator());
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => {
      const member = members.get(name);
      if (!member) throw new Error(`${shape.getName()} has no member "${name}".`);
      return element(name, member, item);
    })
    .join("");
}

const element = (name: string, shape: Shape, value: unknown) => `<${name}>${toXml(shape, value)}</${name}>`;

/** An operation's answer. */
export const answerXml = (operation: string, shape: Shape, output: unknown): string =>
  `<${operation}Response><${operation}Result>${toXml(shape, output)}</${operation}Result>` +
  `<ResponseMetadata><RequestId>sandbox</RequestId></ResponseMetadata></${operation}Response>`;

/** A refusal. */
export const errorXml = (code: string, status: number, message: string): string =>
  `<ErrorResponse><Error><Type>${status < 500 ? "Sender" : "Receiver"}</Type><Code>${escaped(code)}</Code>` +
  `<Message>${escaped(message)}</Message></Error><RequestId>sandbox</RequestId></ErrorResponse>`;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string) => text.replace(/[&<>"]/g, (letter) => ENTITIES[letter] ?? letter);
