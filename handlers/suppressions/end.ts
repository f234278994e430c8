import type { AutomationRulesConfig, AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { chunks } from "../alert/chunks";
import { cut } from "../alert/fields";
import { isOpening } from "../alert/lifecycle";
import { findingOf } from "../alert/normalise";
import { overtime } from "../alert/overtime";
import type { Later } from "../alert/ports";
import type { Severity } from "../alert/types";
import { isCovered, RULE_PREFIX } from "./rules";

export interface EndPorts {
  /** Calls back with each page of findings that are SUPPRESSED and ACTIVE, and have a note by one of hakken's rules. */
  eachPageOfSuppressed: (page: (findings: AwsSecurityFinding[]) => Promise<void>) => Promise<void>;
  /** These findings as they are now, at most 20; those that are gone are left out. */
  read: (findings: readonly AwsSecurityFinding[]) => Promise<AwsSecurityFinding[]>;
  /** Every automation rule of a region; none where the account has no Security Hub. */
  rulesIn: (region: string) => Promise<readonly AutomationRulesConfig[]>;
  /** Sets findings NEW, at most 100, with a note in place of the rule's. Gives, in their order, why one was refused. */
  reset: (findings: readonly AwsSecurityFinding[], note: string) => Promise<(string | undefined)[]>;
  later: Later;
  severities: readonly Severity[];
  /** ISO 8601. */
  now: () => string;
  /** Waits so many milliseconds, so that calls keep to Security Hub's limits. */
  pause: (milliseconds: number) => Promise<void>;
  /** How long one run may go on, in milliseconds: the next one does the rest. */
  budgetMs: number;
}

/** What was done, for the log. */
export interface Ended {
  /** Findings that hakken's rules hold suppressed. */
  suppressed: number;
  /** Findings that were set back to NEW. */
  reset: number;
}

/** GetFindings takes so many ids. */
const READ = 20;
/** GetFindings takes three calls a second, from what tells findings as well: that comes first. */
const READ_EVERY_MS = 1000;
/** Of Security Hub. */
const NOTE_LENGTH = 512;
/** Its event tells of it; should that be lost, intake reads it after so long. What is written is mostly shown by then. */
const AGAIN_SECONDS = 120;

/**
 * Sets back to NEW what a suppression of hakken's had suppressed and none does any more: it has expired, was taken out, or matches
 * something else by now. Today's rules say so, whatever the note of the finding promised; so one that was prolonged goes on.
 * Once a finding: its note says from then on that it was set back, so that a person may suppress it for good.
 */
export async function endSuppressions(ports: EndPorts): Promise<Ended> {
  const isOverTime = overtime(ports);
  const run: Run = { ports, rules: {}, failures: [] };
  const ended: Ended = { suppressed: 0, reset: 0 };
  const unheld: AwsSecurityFinding[] = [];
  // All of them before anything is changed: pages shift when what they list does.
  await ports.eachPageOfSuppressed(async (page) => {
    if (isOverTime())
      throw new Error(`More than ${ended.suppressed} findings are suppressed: too many for one run to look at`);
    ended.suppressed += page.length;
    for (const finding of page) if (isOurs(finding) && !(await isHeld(run, finding))) unheld.push(finding);
    await ports.pause(READ_EVERY_MS);
  });
  for (const some of chunks(unheld, READ)) {
    if (isOverTime()) break;
    ended.reset += await setBack(run, some);
    await ports.pause(READ_EVERY_MS);
  }
  if (run.failures.length > 0) {
    const some = run.failures.slice(0, 5).join("; ");
    throw new Error(`${run.failures.length} things went wrong with ${JSON.stringify(ended)}: ${some}`);
  }
  return ended;
}

interface Run {
  ports: EndPorts;
  /** By region; undefined where they can't be known. */
  rules: Record<string, Promise<readonly AutomationRulesConfig[] | undefined>>;
  /** Why something could not be done; the rest is done all the same. */
  failures: string[];
}

/** Whether a rule suppresses it still. A rule sees the findings of its own region alone; where those can't be known, nothing is changed. */
async function isHeld(run: Run, finding: AwsSecurityFinding): Promise<boolean> {
  const region = finding.Region ?? finding.ProductArn?.split(":")[3] ?? "";
  run.rules[region] ??= run.ports.rulesIn(region).catch((error: unknown) => {
    run.failures.push(`The rules of ${region} can't be read: ${error}`);
    return undefined;
  });
  const rules = await run.rules[region];
  return rules === undefined || isCovered(finding, rules, run.ports.now());
}

/** Still as the rule left it; whatever a person has set meanwhile stays. */
const isOurs = ({ Workflow, RecordState, Compliance, Note }: AwsSecurityFinding): boolean =>
  Workflow?.Status === "SUPPRESSED" &&
  RecordState === "ACTIVE" &&
  Compliance?.Status !== "PASSED" &&
  (Note?.UpdatedBy ?? "").startsWith(RULE_PREFIX);

/** Gives how many it set back. What one rule suppressed has one note, and takes one call. */
async function setBack(run: Run, listed: readonly AwsSecurityFinding[]): Promise<number> {
  const { ports } = run;
  const byNote: Record<string, AwsSecurityFinding[]> = {};
  for (const finding of await ports.read(listed)) {
    if (!isOurs(finding) || (await isHeld(run, finding))) continue;
    const note = noteOf(finding, ports.now());
    byNote[note] = [...(byNote[note] ?? []), finding];
  }
  let reset = 0;
  for (const [note, findings] of Object.entries(byNote)) {
    // First: who is killed in between has at worst asked for a look at what is suppressed still.
    for (const finding of findings) await askFor(ports, finding);
    const refusals = await ports.reset(findings, note);
    for (const [i, { Id }] of findings.entries()) {
      if (refusals[i]) run.failures.push(`${Id} was not set back to NEW: ${refusals[i]}`);
      else reset++;
    }
  }
  return reset;
}

/** In a minute's words, since what is said in one call must be the same. */
function noteOf({ Note }: AwsSecurityFinding, now: string): string {
  const minute = `${now.slice(0, 16)}Z`;
  const { Text, UpdatedBy } = Note ?? {};
  return cut(
    `No suppression holds this any more: set back to NEW at ${minute}. ${UpdatedBy} had noted: ${Text}`,
    NOTE_LENGTH,
  );
}

async function askFor({ later, severities }: EndPorts, finding: AwsSecurityFinding): Promise<void> {
  const changed = findingOf({ ...finding, Workflow: { Status: "NEW" } });
  if (isOpening(changed, severities)) await later(changed, AGAIN_SECONDS);
}
