import type { SlackLook, SlackMetadata } from "../../inbox/store";
import { isObject, jsonArgument, type SlackArguments, SlackRefusal, textArgument } from "./arguments";
import { blockProblems } from "./blocks";
import { charactersOf } from "./reading";

/** The real limit of a message's blocks together lies near 13,200 characters (slackapi/bolt-js issue 2509). */
const MOST_BLOCK_CHARACTERS = 13_200;
/** Slack cuts longer texts off; here that is refused, so that a lost end shows. */
const MOST_TEXT_CHARACTERS = 40_000;
/** Not documented as a number; "metadata_too_large" exists. */
const MOST_METADATA_BYTES = 16_384;

/** Checks text, blocks and attachments of a post or update. What is absent keeps its `previous` value, as chat.update does. */
export function readLook(args: SlackArguments, previous?: SlackLook): SlackLook {
  const text = textArgument(args, "text") ?? previous?.text ?? "";
  const blocks = readBlocks(jsonArgument(args, "blocks", "invalid_blocks_format")) ?? previous?.blocks ?? [];
  const attachments =
    readAttachments(jsonArgument(args, "attachments", "invalid_attachments")) ?? previous?.attachments ?? [];

  if (text.trim() === "" && blocks.length === 0 && attachments.length === 0) throw new SlackRefusal("no_text");
  if (text.length > MOST_TEXT_CHARACTERS) throw new SlackRefusal("msg_too_long");
  if (charactersOf([blocks, attachments]) > MOST_BLOCK_CHARACTERS) throw new SlackRefusal("msg_blocks_too_long");
  return { text, blocks, attachments };
}

function readBlocks(value: unknown): readonly unknown[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new SlackRefusal("invalid_blocks_format");
  const problems = blockProblems(value);
  if (problems.length > 0) throw new SlackRefusal("invalid_blocks", problems);
  return value;
}

function readAttachments(value: unknown): SlackLook["attachments"] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new SlackRefusal("invalid_attachments");
  if (value.length > 100) throw new SlackRefusal("too_many_attachments");
  return value.map((attachment: unknown, index) => {
    const known = ["color", "blocks", "fallback", "text"];
    const wrong = isObject(attachment) ? Object.keys(attachment).filter((name) => !known.includes(name)) : ["?"];
    if (!isObject(attachment) || wrong.length > 0) {
      throw new SlackRefusal("invalid_attachments", [
        `[ERROR] invalid additional property: ${wrong.join(", ")} [json-pointer:/attachments/${index}]`,
      ]);
    }
    const text = (name: string) => textArgument(attachment, name);
    const color = text("color");
    if (color !== undefined && !/^(#[0-9a-fA-F]{6}|good|warning|danger)$/.test(color)) {
      throw new SlackRefusal("invalid_attachments", [`[ERROR] bad color [json-pointer:/attachments/${index}/color]`]);
    }
    return { color, blocks: readBlocks(attachment.blocks), fallback: text("fallback"), text: text("text") };
  });
}

/**
 * Message metadata (https://docs.slack.dev/messaging/message-metadata). An empty object takes it away on update.
 * Slack shows it to the apps only, never to people.
 */
export function readMetadata(args: SlackArguments): SlackMetadata | "none" | undefined {
  const value = jsonArgument(args, "metadata", "invalid_metadata_format");
  if (value === undefined) return undefined;
  if (!isObject(value)) throw new SlackRefusal("invalid_metadata_format");
  if (Object.keys(value).length === 0) return "none";
  const { event_type, event_payload, ...others } = value;
  if (typeof event_type !== "string" || event_type === "" || !isObject(event_payload)) {
    throw new SlackRefusal("invalid_metadata_format");
  }
  if (Object.keys(others).length > 0) throw new SlackRefusal("invalid_metadata_format");
  if (Buffer.byteLength(JSON.stringify(value)) > MOST_METADATA_BYTES) throw new SlackRefusal("metadata_too_large");
  return { event_type, event_payload };
}
