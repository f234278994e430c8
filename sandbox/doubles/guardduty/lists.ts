import { createHash } from "node:crypto";
import { isIPv4 } from "node:net";
import type * as sdk from "@aws-sdk/client-guardduty";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { badRequest } from "./features";
import type { AddressList, Detector, GuardDutyState } from "./state";

/** The text of an object in S3, as an account reads it; undefined where there is none. */
export type ReadObject = (call: Call, bucket: string, key: string) => Promise<string | undefined>;

type Kind = AddressList["kind"];

/** Lists a detector may have, and lines of one. */
const LIMITS: Record<Kind, { lists: number; lines: number }> = {
  ipset: { lists: 1, lines: 2_000 },
  threatintelset: { lists: 6, lines: 250_000 },
};

/**
 * Lists of trusted and of threatening addresses. What a list holds is read when it is activated, and shows in its status.
 * https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_upload-lists.html
 */
export function listOperations(state: GuardDutyState, read: ReadObject): Operations {
  const lists = new Lists(state, read);
  const shown = (list: AddressList) => ({
    Name: list.name,
    Format: list.format,
    Location: list.location,
    Status: lists.statusOf(list),
    Tags: list.tags,
  });
  return {
    CreateIPSet: async (input: sdk.CreateIPSetCommandInput, call: Call) => ({
      IpSetId: (await lists.create("ipset", input, call)).id,
    }),
    GetIPSet: (input: sdk.GetIPSetCommandInput, call: Call) =>
      shown(lists.get("ipset", input.DetectorId, input.IpSetId, call)),
    ListIPSets: (input: sdk.ListIPSetsCommandInput, call: Call) => {
      const { items, NextToken } = lists.page("ipset", input, call);
      return { IpSetIds: items, NextToken };
    },
    UpdateIPSet: (input: sdk.UpdateIPSetCommandInput, call: Call) => lists.update("ipset", input.IpSetId, input, call),
    DeleteIPSet: (input: sdk.DeleteIPSetCommandInput, call: Call) =>
      lists.remove("ipset", input.DetectorId, input.IpSetId, call),
    CreateThreatIntelSet: async (input: sdk.CreateThreatIntelSetCommandInput, call: Call) => ({
      ThreatIntelSetId: (await lists.create("threatintelset", input, call)).id,
    }),
    GetThreatIntelSet: (input: sdk.GetThreatIntelSetCommandInput, call: Call) =>
      shown(lists.get("threatintelset", input.DetectorId, input.ThreatIntelSetId, call)),
    ListThreatIntelSets: (input: sdk.ListThreatIntelSetsCommandInput, call: Call) => {
      const { items, NextToken } = lists.page("threatintelset", input, call);
      return { ThreatIntelSetIds: items, NextToken };
    },
    UpdateThreatIntelSet: (input: sdk.UpdateThreatIntelSetCommandInput, call: Call) =>
      lists.update("threatintelset", input.ThreatIntelSetId, input, call),
    DeleteThreatIntelSet: (input: sdk.DeleteThreatIntelSetCommandInput, call: Call) =>
      lists.remove("threatintelset", input.DetectorId, input.ThreatIntelSetId, call),
  };
}

/** What both kinds of requests say. */
interface Given {
  DetectorId?: string;
  Name?: string;
  Format?: string;
  Location?: string;
  Activate?: boolean;
  Tags?: Record<string, string>;
}

class Lists {
  private made = 0;

  constructor(
    private readonly state: GuardDutyState,
    private readonly read: ReadObject,
  ) {}

  async create(kind: Kind, input: Given, call: Call): Promise<AddressList> {
    const detector = this.owned(input.DetectorId, call);
    const there = this.of(detector, kind);
    if (there.length >= LIMITS[kind].lists)
      throw badRequest(`the limit of ${LIMITS[kind].lists} lists of this kind is reached.`);
    this.made += 1;
    const list: AddressList = {
      id: createHash("md5").update(`${detector.id}/${kind}/${this.made}`).digest("hex"),
      kind,
      name: this.free(there, input.Name ?? ""),
      format: input.Format ?? "",
      location: located(input.Location).location,
      settled: "INACTIVE",
      changedAt: this.state.clock.now(),
      tags: { ...input.Tags },
    };
    if (input.Activate) await this.activate(list, call);
    detector.lists.push(list);
    return list;
  }

  get(kind: Kind, detectorId: string | undefined, id: string | undefined, call: Call): AddressList {
    const detector = this.state.owned(call.account, call.region, detectorId);
    const list = detector.lists.find((one) => one.kind === kind && one.id === id);
    // AWS says the same where there is no such list.
    if (list === undefined) throw badRequest("the input detectorId is not owned by the current account.");
    return list;
  }

  page(kind: Kind, input: { DetectorId?: string; MaxResults?: number; NextToken?: string }, call: Call) {
    const ids = this.of(this.state.owned(call.account, call.region, input.DetectorId), kind).map(({ id }) => id);
    return page(ids, input.MaxResults ?? 50, input.NextToken, () => badRequest("nextToken is invalid."));
  }

  async update(kind: Kind, id: string | undefined, input: Given, call: Call): Promise<void> {
    const detector = this.owned(input.DetectorId, call);
    const list = this.settled(this.get(kind, input.DetectorId, id, call));
    if (input.Name !== undefined && input.Name !== list.name)
      list.name = this.free(this.of(detector, kind), input.Name);
    if (input.Location !== undefined && input.Location !== list.location) {
      list.location = located(input.Location).location;
      // It has to be activated again; as it was, nobody said what it is now.
      list.settled = "INACTIVE";
    }
    if (input.Activate === true) await this.activate(list, call);
    if (input.Activate === false) list.settled = "INACTIVE";
    list.changedAt = this.state.clock.now();
  }

  remove(kind: Kind, detectorId: string | undefined, id: string | undefined, call: Call): void {
    this.owned(detectorId, call);
    const list = this.settled(this.get(kind, detectorId, id, call));
    list.settled = "DELETED";
    list.changedAt = this.state.clock.now();
  }

  /** On its way for as long as Timing says, and then what was asked for. */
  statusOf({ settled, changedAt }: AddressList): string {
    if (this.state.clock.now() >= changedAt + this.state.timing.listActivation) return settled;
    return { ACTIVE: "ACTIVATING", ERROR: "ACTIVATING", INACTIVE: "DEACTIVATING", DELETED: "DELETE_PENDING" }[settled];
  }

  private owned(detectorId: string | undefined, call: Call): Detector {
    const detector = this.state.owned(call.account, call.region, detectorId);
    if (this.state.isMember(call.account, call.region))
      throw badRequest("a member account cannot manage lists; its administrator does.");
    return detector;
  }

  private of(detector: Detector, kind: Kind): AddressList[] {
    return detector.lists.filter((one) => one.kind === kind && one.settled !== "DELETED");
  }

  private free(there: readonly AddressList[], name: string): string {
    if (!/^[\w-]{1,300}$/.test(name)) throw badRequest("the name has other characters than letters, digits, - and _.");
    if (there.some((one) => one.name === name)) throw badRequest("a list with this name already exists.");
    return name;
  }

  private settled(list: AddressList): AddressList {
    if (this.statusOf(list) !== list.settled)
      throw badRequest("the list is being changed; try again in a few minutes.");
    return list;
  }

  private async activate(list: AddressList, call: Call): Promise<void> {
    const { bucket, key } = located(list.location);
    const text = await this.read(call, bucket, key);
    list.settled = text !== undefined && this.reads(list, text) ? "ACTIVE" : "ERROR";
  }

  /** Of the formats that it takes, the sandbox reads plain text. */
  private reads({ kind, format }: AddressList, text: string): boolean {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    return format === "TXT" && lines.length <= LIMITS[kind].lines && lines.every(isAddress);
  }
}

function isAddress(line: string): boolean {
  const [ip = "", bits = "32"] = line.trim().split("/");
  return isIPv4(ip) && Number(bits) >= 0 && Number(bits) <= 32;
}

const FORMS = [
  /^https:\/\/s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com\/([^/]+)\/(.+)$/,
  /^https?:\/\/([^/]+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com\/(.+)$/,
  /^s3:\/\/([^/]+)\/(.+)$/,
];

function located(location = ""): { location: string; bucket: string; key: string } {
  const [, bucket, key] = FORMS.map((form) => form.exec(location)).find(Boolean) ?? [];
  if (bucket === undefined || key === undefined) throw badRequest("the location is not the URL of an object in S3.");
  return { location, bucket, key };
}
