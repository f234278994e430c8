import { GuardDuty } from "@aws-sdk/client-guardduty";
import { S3 } from "@aws-sdk/client-s3";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AddressLists } from "../../../components/detection/AddressLists";
import { Detectors } from "../../../components/detection/Detectors";
import { ACCOUNTS, type OrganizationCloud, startOrganization } from "./cloud";

const HOME = "ap-northeast-1";
const REGIONS = [HOME, "us-east-1"];

let cloud: OrganizationCloud;
beforeAll(async () => {
  cloud = await startOrganization({
    regions: REGIONS,
  });
});
afterAll(() => cloud?.close());

const program = (trusted: string[], threats: string[]) => async () => {
  const provider = new aws.Provider("audit", { region: HOME, profile: "audit", defaultTags: { tags: { Owner: "a" } } });
  const { detectors } = new Detectors("detectors", { regions: REGIONS }, { provider });
  new AddressLists("lists", { region: HOME, detectors, trusted, threats }, { provider });
  return {};
};

const guardDutyOf = async (account: string, region = HOME) => {
  const guardDuty = new GuardDuty({ ...cloud.as(account, region), maxAttempts: 1 });
  const { DetectorIds: [DetectorId] = [] } = await guardDuty.listDetectors({});
  return { guardDuty, DetectorId };
};
const s3 = (account: string) => new S3({ ...cloud.as(account), forcePathStyle: true });

/** Of each region: the status of each list, and what the object holds that it names. */
const lists = async () => {
  const found = [];
  for (const region of REGIONS) {
    const { guardDuty, DetectorId } = await guardDutyOf(ACCOUNTS.audit, region);
    if (!DetectorId) continue;
    const [{ IpSetIds = [] }, { ThreatIntelSetIds = [] }] = [
      await guardDuty.listIPSets({ DetectorId }),
      await guardDuty.listThreatIntelSets({ DetectorId }),
    ];
    const shown = [
      ...(await Promise.all(IpSetIds.map((IpSetId) => guardDuty.getIPSet({ DetectorId, IpSetId })))),
      ...(await Promise.all(
        ThreatIntelSetIds.map((ThreatIntelSetId) => guardDuty.getThreatIntelSet({ DetectorId, ThreatIntelSetId })),
      )),
    ];
    for (const { Status, Location, Tags } of shown) {
      const [, , , Bucket, Key] = String(Location).split("/");
      const { Body } = await s3(ACCOUNTS.audit).getObject({ Bucket, Key });
      found.push([region, Status, await Body?.transformToString(), Tags]);
    }
  }
  return found;
};

it("lists addresses in every region, makes a list anew that has changed, and takes all of it away", async () => {
  const first = await cloud.stack("lists", program(["203.0.113.7"], ["192.0.2.0/24"]));

  await first.up();
  const made = await lists();
  const again = await first.up({ refresh: true });
  const changed = await (await cloud.stack("lists", program(["203.0.113.8"], ["192.0.2.0/24"]))).up();
  const then = await lists();
  await first.destroy();

  const of = (trusted: string) =>
    REGIONS.flatMap((region) => [
      [region, "ACTIVE", trusted, { Owner: "a" }],
      [region, "ACTIVE", "192.0.2.0/24\n", { Owner: "a" }],
    ]);
  expect(made).toEqual(of("203.0.113.7\n"));
  expect(Object.keys(again.summary.resourceChanges ?? {})).toEqual(["same"]);
  expect(changed.summary.resourceChanges).toMatchObject({ replace: 3 });
  expect(then).toEqual(of("203.0.113.8\n"));
  expect(await lists()).toEqual([]);
  expect((await s3(ACCOUNTS.audit).listBuckets({})).Buckets).toEqual([]);
}, 240_000);

describe("a list", { timeout: 60_000 }, () => {
  it("is refused beside its limit, under a name that is taken, and at no place in S3", async () => {
    const guardDuty = new GuardDuty({ ...cloud.as(ACCOUNTS.prod), maxAttempts: 1 });
    const { DetectorId } = await guardDuty.createDetector({ Enable: true });
    const list = (Name: string, Location = "s3://b/k") =>
      ({ DetectorId, Name, Location, Format: "TXT", Activate: false }) as const;
    const why = (call: Promise<unknown>) =>
      call.then(
        () => "taken",
        (error: Error) => `${error.name}: ${error.message}`,
      );

    const answers = [
      await why(guardDuty.createIPSet(list("one", "https://example.com/list"))),
      await why(guardDuty.createIPSet(list("one"))),
      await why(guardDuty.createIPSet(list("two"))),
      await why(guardDuty.createThreatIntelSet(list("one"))),
      await why(guardDuty.createThreatIntelSet(list("one"))),
    ];

    const refused = "BadRequestException: The request is rejected because";
    expect(answers).toEqual([
      `${refused} the location is not the URL of an object in S3.`,
      "taken",
      `${refused} the limit of 1 lists of this kind is reached.`,
      "taken",
      `${refused} a list with this name already exists.`,
    ]);
  });

  it("is in error where there is no object or no list in it, and inactive again once it is elsewhere", async () => {
    const { guardDuty, DetectorId } = await guardDutyOf(ACCOUNTS.prod);
    await s3(ACCOUNTS.prod).createBucket({ Bucket: "held", CreateBucketConfiguration: { LocationConstraint: HOME } });
    await s3(ACCOUNTS.prod).putObject({ Bucket: "held", Key: "good", Body: "192.0.2.1\n198.51.100.0/24\n" });
    await s3(ACCOUNTS.prod).putObject({ Bucket: "held", Key: "six", Body: "2001:db8::1\n" });
    const statusOf = async (key: string) => {
      const { ThreatIntelSetId } = await guardDuty.createThreatIntelSet({
        ...{ DetectorId, Name: `of-${key}`, Format: "TXT", Activate: true },
        Location: `s3://held/${key}`,
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { ThreatIntelSetId, Status: (await guardDuty.getThreatIntelSet({ DetectorId, ThreatIntelSetId })).Status };
    };

    const [good, six, gone] = [await statusOf("good"), await statusOf("six"), await statusOf("gone")];
    const { ThreatIntelSetId } = good;
    await guardDuty.updateThreatIntelSet({ DetectorId, ThreatIntelSetId, Location: "s3://held/six" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { Status } = await guardDuty.getThreatIntelSet({ DetectorId, ThreatIntelSetId });

    expect([good.Status, six.Status, gone.Status, Status]).toEqual(["ACTIVE", "ERROR", "ERROR", "INACTIVE"]);
  });
});
