import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { type Failure, runLog } from "./events";

const PROTECTED = /because it is protected/;
/** Names in the message; there may be hundreds. */
const SHOWN = 5;

/**
 * Previews a destroy, and gives what the engine said of it. Refuses a stack of which anything is protected, before any of it goes.
 * Without this the engine would come to what is protected only after it has deleted what is not: the functions and alarms of a
 * pipeline whose queues stay.
 */
export const previewDestroy = async (stack: Stack, signal?: AbortSignal): Promise<EngineEvent[]> => {
  const events: EngineEvent[] = [];
  try {
    await stack.destroy({ previewOnly: true, onEvent: (event) => events.push(event), signal, color: "never" });
    return events;
  } catch (error) {
    const log = runLog({ begun: () => {}, changed: () => {}, warned: () => {} });
    for (const event of events) log.take(event);
    const kept = log.failures().filter(({ reason }) => PROTECTED.test(reason));
    throw kept.length ? new Error(messageOf(kept)) : error;
  }
};

const messageOf = (kept: readonly Failure[]): string => {
  const names = kept.flatMap(({ resource }) => (resource ? [resource.name] : [])).sort();
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return `nothing was destroyed, since the stack is protected: ${names.slice(0, SHOWN).join(", ")}${more}`;
};
