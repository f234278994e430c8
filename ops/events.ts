import type { EngineEvent, OpType, StepEventMetadata } from "@pulumi/pulumi/automation";
import { weakening } from "./weakening";

/** A resource as a person names it: its type, and its name in the program. */
export interface ResourceName {
  type: string;
  name: string;
}

/** A resource by its full address too. */
export interface Address extends ResourceName {
  urn: string;
  /** The region that the resource names. Absent where it names none, as global ones do. */
  region?: string;
}

/** What the engine did to a resource, or would do in a preview. */
export interface Change extends Address {
  operation: OpType;
  /** Why this change weakens the detection of findings, or the telling of them. Absent where it does not. */
  weakens?: string;
}

/** Why a resource, or the run as a whole, failed. */
export interface Failure {
  /** Absent when it was no resource that failed. */
  resource?: Address;
  reason: string;
}

export interface RunLog {
  /** Takes the engine's events as they come. */
  take: (event: EngineEvent) => void;
  /** Everything but "same", "read" and the like, in the order of the engine; and what is the "same" but for its protection. */
  changes: () => Change[];
  /** Each failure once: those of resources first, and the run's own only where no resource tells. */
  failures: () => Failure[];
}

export interface RunListener {
  /** Work on a resource begins. */
  begun: (operation: OpType, resource: Address) => void;
  /** A resource is done, or, in a preview, would be changed. */
  changed: (change: Change) => void;
  /** The program or a provider has something to say that is no failure. */
  warned: (message: string) => void;
}

/** Follows one run of the engine by its events: its printed text changes from version to version. */
export const runLog = (listener: RunListener): RunLog => {
  const changes: Change[] = [];
  const reasons = new Map<string, Set<string>>();
  const failed = new Set<string>();
  const seen = new Set<string>();
  const regions = new Map<string, string | undefined>();
  const addressOf = (urn: string): Address => {
    const region = regions.get(urn);
    return { ...nameOf(urn), urn, ...(region && { region }) };
  };
  const note = (urn: string, reason: string) => reasons.set(urn, (reasons.get(urn) ?? new Set()).add(reason));

  const take = (event: EngineEvent) => {
    const {
      diagnosticEvent: diagnostic,
      resOpFailedEvent: failure,
      resOutputsEvent: done,
      resourcePreEvent: pre,
    } = event;
    const step = (pre ?? done ?? failure)?.metadata;
    if (step) regions.set(step.urn, regionOf(step) ?? regions.get(step.urn));
    if (diagnostic && !diagnostic.ephemeral) {
      const message = plain(diagnostic.message);
      if (diagnostic.severity === "error") note(diagnostic.urn ?? "", message);
      if (diagnostic.severity === "warning" && message) listener.warned(message);
    }
    if (pre && !UNCHANGED.has(pre.metadata.op)) listener.begun(pre.metadata.op, addressOf(pre.metadata.urn));
    if (failure) failed.add(failure.metadata.urn);
    const weakens = done && weakening(done.metadata);
    // Protection is taken off by a step that changes nothing in AWS.
    if (done && (!UNCHANGED.has(done.metadata.op) || (weakens && done.metadata.op === "same"))) {
      const { op, urn } = done.metadata;
      // A component is done twice: when it is made, and when its outputs are there.
      if (seen.has(`${op} ${urn}`)) return;
      seen.add(`${op} ${urn}`);
      const change = { operation: op, ...addressOf(urn), ...(weakens && { weakens }) };
      changes.push(change);
      listener.changed(change);
    }
  };

  const failures = (): Failure[] => {
    const urns = new Set([...failed, ...reasons.keys()]);
    const all = [...urns].map((urn) => ({
      urn,
      reason: [...(reasons.get(urn) ?? ["failed without a reason"])].join("\n"),
    }));
    const ofResources = all.filter(({ urn }) => urn && nameOf(urn).type !== "pulumi:pulumi:Stack");
    // The stack's own "update failed" only repeats that something did.
    const told = ofResources.length ? ofResources : all.filter(({ reason }) => !/^\w+ failed$/.test(reason));
    return told.map(({ urn, reason }) => (urn ? { resource: addressOf(urn), reason } : { reason }));
  };

  return { take, changes: () => [...changes], failures };
};

/** What a person is told of an operation. "same" is among the changes only where protection was taken off. */
export const operationWord = (operation: OpType): string => (operation === "same" ? "unprotect" : operation);

const UNCHANGED: ReadonlySet<string> = new Set(["same", "read", "refresh", "discard-replaced"] satisfies OpType[]);

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` by its type and name. */
export const nameOf = (urn: string): ResourceName => {
  const [, , types, ...name] = urn.split("::");
  return { type: types?.split("$").at(-1) ?? urn, name: name.join("::") };
};

// A region that is not known yet comes as a mark of the engine's, not as a name.
const regionOf = ({ new: after, old: before }: StepEventMetadata): string | undefined =>
  [after?.inputs?.region, before?.inputs?.region].find(
    (region): region is string => typeof region === "string" && /^[a-z]+(-[a-z]+)+-\d+$/.test(region),
  );

// Messages carry colour marks like <{%reset%}>.
const plain = (message: string): string => message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
