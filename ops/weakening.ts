import type { OpType, StepEventMetadata } from "@pulumi/pulumi/automation";
import { account } from "./weakening/account";
import type { Watched } from "./weakening/checks";
import { guardduty } from "./weakening/guardduty";
import { securityhub } from "./weakening/securityhub";
import { telling } from "./weakening/telling";

/** Every type of resource that is watched, by its token in @pulumi/aws. */
export const WATCHED: Readonly<Record<string, Watched>> = { ...guardduty, ...securityhub, ...account, ...telling };

/**
 * Why a step of the engine weakens detection, or the telling of findings: a few words, of which none is a property's value.
 * Undefined where it doesn't, as far as the inputs show. Steps "same" count too: protection is taken off by such a one.
 */
export const weakening = ({ op, type, old, new: now }: StepEventMetadata): string | undefined => {
  const { gone, checks = [] } = WATCHED[type] ?? {};
  const reasons = new Set<string>();
  if (op === "delete" && gone) {
    reasons.add(old?.retainOnDelete ? "it stays in AWS as it is, but nothing keeps it so" : gone);
  }
  if (REPLACEMENTS.has(op) && gone) reasons.add(`replaced, and until the new one works: ${gone}`);
  if (now && (CHANGES.has(op) || REPLACEMENTS.has(op))) {
    for (const { reason, weaker } of checks) if (weaker(old?.inputs, now.inputs)) reasons.add(reason);
  }
  // Last, since where protection is switched off everything says so.
  if (old?.protect && now && !now.protect) reasons.add("it is no longer protected from being deleted");
  return reasons.size ? [...reasons].join("; ") : undefined;
};

const CHANGES: ReadonlySet<string> = new Set(["create", "update", "import"] satisfies OpType[]);
const REPLACEMENTS: ReadonlySet<string> = new Set([
  "replace",
  "create-replacement",
  "delete-replaced",
  "import-replacement",
] satisfies OpType[]);
