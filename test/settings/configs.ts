import { parse } from "yaml";
import { z } from "zod";
import { parseSettings } from "../../settings";
import { detection } from "../../settings/detection";

export const token = "xoxb-not-to-be-shown";
export const apiKey = "key-not-to-be-shown";

/** A right configuration of the stack audit, as Pulumi hands it over. */
export const audit = {
  "hakken:role": "audit",
  "hakken:account": "444455556666",
  "hakken:slack": '{"channel":"C0123456789"}',
  "hakken:slackToken": token,
  "hakken:alarms": '{"addresses":["sre@example.com"]}',
};
export const management = { "hakken:role": "management", "hakken:account": "111122223333" };

export const secrets = (key: string) => ["hakken:slackToken", "hakken:backlogApiKey"].includes(key);

/** The lines of the error, without its heading. */
export const problemsOf = (config: Record<string, string>, isSecret = secrets): string[] => {
  try {
    parseSettings(config, isSecret);
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
};

/** The configuration without a key, or two. */
export function without(config: Record<string, string>, ...keys: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !keys.includes(name)));
}

/** Settings as Pulumi hands them over, from the YAML of a stack file: objects and lists as JSON, all else as text. */
export function handedOver(yaml: string): Record<string, string> {
  const { config } = parse(yaml) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "object" && value !== null ? JSON.stringify(value) : String(value),
    ]),
  );
}

/** The settings of detection where a stack says nothing of them. */
export const detectionDefaults = z.object(detection).parse({});
