import type { SlackMessage } from "../../../handlers/messages/slackText";

/** A message as text: what notifications say, then each block with its kind. */
export function slackText(message: SlackMessage): string {
  const blocks = message.blocks.map((block) => {
    const fields = "fields" in block ? (block.fields ?? []) : [];
    const elements = "elements" in block ? block.elements : [];
    const text = "text" in block && block.text ? [block.text] : [];
    return `[${block.type}] ${[...text, ...fields, ...elements].map((part) => part.text).join("\n")}`;
  });
  return [message.text, ...blocks].join("\n");
}
