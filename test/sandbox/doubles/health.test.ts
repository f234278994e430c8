import { afterEach, beforeEach, expect, it } from "vitest";
import { AUDIT, HOME, LINKED, MANAGEMENT, PROD, RunningPlane } from "./plane";

const PRINCIPAL = "health.amazonaws.com";
let running: RunningPlane;
beforeEach(async () => {
  running = new RunningPlane();
  await running.start();
});
afterEach(() => running.plane.close());

const news = (detail: object = {}) => ({
  "detail-type": "AWS Health Event",
  detail: {
    eventArn: `arn:aws:health:${HOME}::event/EC2/AWS_EC2_X/AWS_EC2_X_1`,
    eventRegion: HOME,
    affectedAccount: PROD,
    ...detail,
  },
});
/** Who heard of it, and where, in the order that AWS delivers. */
const heard = async (detail?: object) => {
  running.heard.length = 0;
  await running.plane.announceHealth(news(detail));
  return running.heard.map(({ account, region, Detail }) => [account, region, JSON.parse(Detail).backupEvent]);
};
const enableView = async () => {
  await running.health(MANAGEMENT).enableHealthServiceAccessForOrganization({});
  await running
    .organizations(MANAGEMENT)
    .registerDelegatedAdministrator({ AccountId: AUDIT, ServicePrincipal: PRINCIPAL });
};

it("tells the affected account alone, as long as the organizational view is not on, whoever is its administrator", async () => {
  const before = await heard();
  await enableView();

  expect([before, await heard()]).toEqual([[[PROD, HOME, false]], [[PROD, HOME, false]]]);
});

it("tells the management account and the administrator of the organizational view too, and says whom it is about", async () => {
  await enableView();
  running.clock.pass(100);

  expect((await heard()).sort()).toEqual([
    [MANAGEMENT, HOME, false],
    [AUDIT, HOME, false],
    [PROD, HOME, false],
  ]);
  expect(running.heard.map(({ Detail }) => JSON.parse(Detail).affectedAccount)).toEqual([PROD, PROD, PROD]);
});

it("tells in the region that it is about, and of no region in us-east-1", async () => {
  expect(await heard({ eventRegion: "global" })).toEqual([[PROD, "us-east-1", false]]);
  expect(await heard({ eventRegion: LINKED })).toEqual([[PROD, LINKED, false]]);
});

it("sends a copy to the backup region, that of us-west-2 to us-east-1", async () => {
  const account = running.plane.organization.known(PROD);
  if (account) account.regions = [...account.regions, "us-west-2"];

  expect((await heard()).sort()).toEqual([
    [PROD, HOME, false],
    [PROD, "us-west-2", true],
  ]);
  expect((await heard({ eventRegion: "us-west-2" })).sort()).toEqual([
    [PROD, "us-east-1", true],
    [PROD, "us-west-2", false],
  ]);
});

it("has no event of a stranger, of a region that the account lacks, or without an ARN of its own", async () => {
  const refused = (detail: object) => running.plane.announceHealth(news(detail));

  await expect(refused({ affectedAccount: "999999999999" })).rejects.toThrow("999999999999, is no account");
  await expect(refused({ eventRegion: "eu-west-1" })).rejects.toThrow("does not have detail.eventRegion, eu-west-1");
  await expect(refused({ eventArn: "arn:aws:ec2" })).rejects.toThrow("no ARN of an event of AWS Health");
});
