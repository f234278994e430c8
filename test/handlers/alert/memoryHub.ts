import type { CheckPorts } from "../../../handlers/alert/check";
import type { Findings } from "../../../handlers/alert/ports";
import { findingKey } from "../../../handlers/alert/record";
import type { Finding } from "../../../handlers/alert/types";
import { copy, type Io } from "./memoryTable";

interface MemoryHub {
  findings: Findings;
  eachPageOfResolved: CheckPorts["eachPageOfResolved"];
  /** Findings whose state a person had set, and hakken set otherwise although it had read that. */
  overwritten: string[];
}

/**
 * Security Hub in memory: the findings that it has, by their keys. `emit` lets the event of one out. `wentOn` says whether its RESOLVED
 * is of before it was active again.
 */
export function memoryHub(
  io: Io,
  hub: ReadonlyMap<string, Finding>,
  { emit, wentOn }: { emit: (finding: Finding) => void; wentOn: (key: string) => boolean },
): MemoryHub {
  const overwritten: string[] = [];
  const lastRead = new Map<string, Finding["workflow"] | undefined>();

  const findings: Findings = {
    get: (ids) =>
      io("getFindings", () =>
        ids.map((id) => {
          const finding = hub.get(findingKey(id));
          lastRead.set(findingKey(id), finding?.workflow);
          return copy(finding);
        }),
      ),
    setWorkflow: (marked, status) =>
      io("setWorkflow", () =>
        marked.map((id) => {
          const finding = hub.get(findingKey(id));
          if (!finding) return "FindingNotFound";
          const isResolved = finding.workflow === "RESOLVED" && !wentOn(findingKey(id));
          const isAPersons = finding.workflow === "SUPPRESSED" || (isResolved && status === "SUPPRESSED");
          // What changed after it was read last, nobody could have known.
          if (isAPersons && lastRead.get(findingKey(id)) === finding.workflow) overwritten.push(findingKey(id));
          finding.workflow = status;
          emit(finding);
          return undefined;
        }),
      ),
    eachPageOfNew: async (wanted, page) => {
      const isNew = (f: Finding) =>
        f.workflow === "NEW" && f.record === "ACTIVE" && wanted.severities.includes(f.severity);
      const found = await io("findNew", () =>
        copy([...hub.values()].filter((f) => isNew(f) && f.updatedAt >= wanted.since && f.updatedAt <= wanted.until)),
      );
      await page(found);
      return [];
    },
  };

  return {
    findings,
    overwritten,
    eachPageOfResolved: async (since: string, until: string, page: (found: Finding[]) => Promise<void>) => {
      const isResumed = ({ workflow, record, productName }: Finding) =>
        workflow === "RESOLVED" && record === "ACTIVE" && productName === "GuardDuty";
      const inTime = ({ updatedAt }: Finding) => updatedAt >= since && updatedAt <= until;
      await page(await io("findResolved", () => copy([...hub.values()].filter((f) => isResumed(f) && inTime(f)))));
      return [];
    },
  };
}
