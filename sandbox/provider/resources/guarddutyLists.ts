import type { GuardDuty, IpSetFormat, ThreatIntelSetFormat } from "@aws-sdk/client-guardduty";
import type { IPSetArgs } from "@pulumi/aws/guardduty/ipset";
import type { ThreatIntelSetArgs } from "@pulumi/aws/guardduty/threatIntelSet";
import { type Plain, type ResourceType, resource, until } from "../resource";
import type { Scope } from "../scope";

/** The ids of the provider's own: `DETECTOR:LIST`. */
const partsOf = (id: string) => {
  const [DetectorId = "", list = ""] = id.split(":");
  return { DetectorId, list };
};

interface Shown {
  Name?: string;
  Format?: string;
  Location?: string;
  Status?: string;
  Tags?: Record<string, string>;
}

type Place = ReturnType<typeof partsOf>;

/** What differs between the two kinds of lists. */
interface Calls {
  path: "ipset" | "threatintelset";
  create(guardduty: GuardDuty, inputs: Plain<IPSetArgs>): Promise<string | undefined>;
  get(guardduty: GuardDuty, place: Place): Promise<Shown>;
  update(
    guardduty: GuardDuty,
    place: Place,
    change: { Name?: string; Location?: string; Activate?: boolean },
  ): Promise<unknown>;
  remove(guardduty: GuardDuty, place: Place): Promise<unknown>;
}

const listOf = (calls: Calls) =>
  resource<IPSetArgs | ThreatIntelSetArgs>({
    inputs: { activate: true, detectorId: true, format: true, location: true, name: true, tags: true },
    replaceOn: ["detectorId", "format"],
    async create(aws, inputs, made) {
      const list = await calls.create(aws.guardduty, inputs);
      const id = `${inputs.detectorId}:${list}`;
      // As the official provider: the state knows of it once it has settled.
      await settled(aws, calls, id, ["ACTIVE", "INACTIVE"]);
      made(id);
      return id;
    },
    async read(aws, id) {
      const place = partsOf(id);
      const now = await calls.get(aws.guardduty, place).catch((error) => {
        if (/detectorId is not owned by the current account/i.test(error.message)) return undefined;
        throw error;
      });
      if (!now || now.Status === "DELETED") return undefined;
      return {
        arn: `arn:${aws.partition}:guardduty:${aws.region}:${aws.account}:detector/${place.DetectorId}/${calls.path}/${place.list}`,
        detectorId: place.DetectorId,
        name: now.Name,
        format: now.Format,
        location: now.Location,
        activate: now.Status === "ACTIVE",
        tags: now.Tags,
      };
    },
    // As the official provider: what has not changed is not said again, and nothing is waited for.
    update: ({ guardduty }, id, inputs, changed) =>
      calls.update(guardduty, partsOf(id), {
        ...(changed.has("name") && { Name: inputs.name }),
        ...(changed.has("location") && { Location: inputs.location }),
        ...(changed.has("activate") && { Activate: inputs.activate }),
      }),
    async delete(aws, id) {
      await calls.remove(aws.guardduty, partsOf(id));
      await settled(aws, calls, id, ["DELETED"]);
    },
    tags: {
      put: ({ guardduty }, { arn }, tags) => guardduty.tagResource({ ResourceArn: String(arn), Tags: tags }),
      remove: ({ guardduty }, { arn }, keys) => guardduty.untagResource({ ResourceArn: String(arn), TagKeys: keys }),
    },
  });

/** Waits for one of these states; any that leads to none of them is an error. */
async function settled(aws: Scope, { get }: Calls, id: string, target: readonly string[]): Promise<void> {
  await until({ ...aws, patience: aws.patience ?? 300 }, `GuardDuty's list ${id}`, async () => {
    const { Status = "" } = await get(aws.guardduty, partsOf(id));
    if (Status === "ERROR") throw new Error(`unexpected state 'ERROR', wanted target '${target.join(", ")}'`);
    return target.includes(Status) || undefined;
  });
}

/** GuardDuty's lists of addresses. */
export const guarddutyLists: Record<string, ResourceType> = {
  "aws:guardduty/iPSet:IPSet": listOf({
    path: "ipset",
    create: async (guardduty, inputs) =>
      (
        await guardduty.createIPSet({
          DetectorId: inputs.detectorId,
          Name: inputs.name,
          Format: inputs.format as IpSetFormat,
          Location: inputs.location,
          Activate: inputs.activate,
          Tags: inputs.tags,
        })
      ).IpSetId,
    get: (guardduty, { DetectorId, list }) => guardduty.getIPSet({ DetectorId, IpSetId: list }),
    update: (guardduty, { DetectorId, list }, change) =>
      guardduty.updateIPSet({ DetectorId, IpSetId: list, ...change }),
    remove: (guardduty, { DetectorId, list }) => guardduty.deleteIPSet({ DetectorId, IpSetId: list }),
  }),
  "aws:guardduty/threatIntelSet:ThreatIntelSet": listOf({
    path: "threatintelset",
    create: async (guardduty, inputs) =>
      (
        await guardduty.createThreatIntelSet({
          DetectorId: inputs.detectorId,
          Name: inputs.name,
          Format: inputs.format as ThreatIntelSetFormat,
          Location: inputs.location,
          Activate: inputs.activate,
          Tags: inputs.tags,
        })
      ).ThreatIntelSetId,
    get: (guardduty, { DetectorId, list }) => guardduty.getThreatIntelSet({ DetectorId, ThreatIntelSetId: list }),
    update: (guardduty, { DetectorId, list }, change) =>
      guardduty.updateThreatIntelSet({ DetectorId, ThreatIntelSetId: list, ...change }),
    remove: (guardduty, { DetectorId, list }) => guardduty.deleteThreatIntelSet({ DetectorId, ThreatIntelSetId: list }),
  }),
};
