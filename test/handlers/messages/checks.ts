import { expect } from "vitest";
import type { MailMessage } from "../../../handlers/messages/mail";
import type { SlackMessage } from "../../../handlers/messages/slackText";

/** What holds for each message, whatever it tells of. */

/** Slack's limits, and no markup but ours. */
export function checkSlackBlocks(message: SlackMessage) {
  expect(message.text.length).toBeGreaterThan(0);
  expect(message.text.length).toBeLessThanOrEqual(4000);
  expect(message.blocks.length).toBeLessThanOrEqual(50);
  expect(message.text.length + JSON.stringify(message.blocks).length).toBeLessThan(13_200);

  checkMarkup(message.text);
  for (const block of message.blocks) {
    const texts = [
      ...("text" in block && block.text ? [block.text] : []),
      ...("fields" in block ? (block.fields ?? []) : []),
      ...("elements" in block ? block.elements : []),
    ];
    expect(texts.length).toBeGreaterThan(0);
    if ("fields" in block) expect(block.fields?.length).toBeLessThanOrEqual(10);
    for (const { type, text } of texts) {
      const max = block.type === "header" ? 150 : "fields" in block ? 2000 : 3000;
      expect(text.length).toBeGreaterThan(0);
      expect(text.length).toBeLessThanOrEqual(max);
      if (block.type === "header") expect(type).toBe("plain_text");
      checkMarkup(text);
    }
  }
}

/** SNS's limits: the subject begins with a letter, number or punctuation mark. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export function checkMail({ subject, message }: MailMessage) {
  expect(subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/);
  expect(subject.length).toBeLessThan(100);
  expect(Buffer.byteLength(message)).toBeLessThan(256 * 1024);
  checkText(subject);
  checkText(message);
}

/** "<" only where a link of ours begins, "&" only where an escape does. */
function checkMarkup(text: string) {
  expect(text.replace(/<https:\/\/[^<>|\s]+\|[^<>|]+>|<http:\/\/[^<>|\s]+\|[^<>|]+>/g, "")).not.toMatch(/[<>]/);
  expect(text.replace(/&(amp|lt|gt);/g, "")).not.toContain("&");
  checkText(text);
}

/** No hole where a value should be, no half of a surrogate pair, no control character. */
export function checkText(text: string) {
  // A provider's link may hold anything.
  expect(text.replace(/https?:\/\/\S+/g, "")).not.toMatch(/undefined|null|NaN|Invalid Date|\[object/);
  expect(text).not.toMatch(/\p{Cs}/u);
  expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  expect(text).not.toMatch(/[\u2028\u2029\u202e]/u);
}
