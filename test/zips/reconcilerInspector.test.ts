import type { ResourceScanType } from "@aws-sdk/client-inspector2";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, HOME, MANAGEMENT, PROD, RunningPlane } from "../sandbox/doubles/plane";
import { runtimeModules, runZip } from "./run";
import { reconcilerZip, type Zip } from "./zips";

/** More than two calls of 50 hold. */
const MANY = 110;
const SUSPENDED = "100000000001";
const MINUTE = 60_000;
let zip: Zip;
let running: RunningPlane;
beforeAll(async () => {
  zip = await reconcilerZip({ inspector: { adminAccountId: AUDIT, scan: ["EC2", "LAMBDA"], absentTypes: {} } });
});
beforeEach(async () => {
  running = await new RunningPlane({ scanning: MINUTE, designation: 0 }).start();
  const { organization } = running.plane;
  for (let n = 1; n <= MANY; n++) organization.addAccount({ id: `${100_000_000_000 + n}`, name: `account ${n}` });
  const suspended = organization.accounts.get(SUSPENDED);
  if (suspended) suspended.status = "SUSPENDED";
  for (const account of [AUDIT, MANAGEMENT]) await running.inspector(account).enable({ resourceTypes: ["EC2"] });
  await running.inspector(MANAGEMENT).enableDelegatedAdminAccount({ delegatedAdminAccountId: AUDIT });
  await autoEnable(true);
  running.clock.pass(MINUTE);
});
afterEach(() => running.close());

const autoEnable = (on: boolean) =>
  running.inspector(AUDIT).updateOrganizationConfiguration({ autoEnable: { ec2: on, ecr: false, lambda: on } });
const run = (action: "create" | "delete" = "create", crashAfter?: number) =>
  runZip(
    zip,
    { duty: { kind: "inspector", region: HOME, data: {} }, tf: { action } },
    {
      NODE_PATH: runtimeModules(),
      AWS_REGION: HOME,
      AWS_ENDPOINT_URL_INSPECTOR2: running.endpoint("inspector2"),
      AWS_ENDPOINT_URL_ORGANIZATIONS: running.endpoint("organizations"),
      AWS_ACCESS_KEY_ID: AUDIT,
      AWS_SECRET_ACCESS_KEY: "x",
    },
    crashAfter,
  );
const members = async () => {
  const ids: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await running.inspector(AUDIT).listMembers({ nextToken });
    ids.push(...(page.members ?? []).map(({ accountId = "" }) => accountId));
    nextToken = page.nextToken;
  } while (nextToken);
  return ids;
};
const scansOf = async (account: string) => {
  const { accounts } = await running.inspector(account).batchGetAccountStatus({});
  return Object.entries(accounts?.[0]?.resourceState ?? {}).flatMap(([type, { status }]) =>
    status === "DISABLED" ? [] : [`${type} ${status}`],
  );
};
const on = (account: string, ...resourceTypes: ResourceScanType[]) =>
  running.inspector(account).enable({ accountIds: [account], resourceTypes });

describe("the reconciler, of Inspector's members", () => {
  it("takes in every active account that was there before, and switches on in each what it lacks; nothing the second time", async () => {
    await on(PROD, "LAMBDA");

    const first = await run();
    const again = await run();

    const everybody = MANY - 1 + 2; // less the suspended one; with the management account and prod
    expect(first.result).toEqual({
      done: { "members associated": everybody, "members' scans switched on": everybody },
      warnings: [],
    });
    expect(again.result).toEqual({ done: {}, warnings: [] });
    expect(await members()).toHaveLength(everybody);
    expect(await scansOf(PROD)).toEqual(["ec2 ENABLING", "lambda ENABLING"]);
    expect(await scansOf(MANAGEMENT)).toEqual(["ec2 ENABLED", "lambda ENABLING"]);
    expect(await scansOf(SUSPENDED)).toEqual([]);
  });

  it("switches off in members what the settings don't have", async () => {
    await on(PROD, "EC2", "LAMBDA", "ECR");
    running.clock.pass(MINUTE);

    await run();

    expect(await scansOf(PROD)).toEqual(["ec2 ENABLED", "ecr DISABLING", "lambda ENABLED"]);
  });

  it("does nothing while nothing is switched on in accounts that join, as after a release", async () => {
    await autoEnable(false);

    expect((await run()).result).toEqual({ done: {}, warnings: [] });
    expect(await members()).toEqual([]);
  });

  it("tells which accounts AWS refuses, with reason, and goes on with the others", async () => {
    await running.inspector(MANAGEMENT).disable({ resourceTypes: ["EC2"] });
    running.clock.pass(MINUTE);
    await on(PROD, "EC2", "LAMBDA");
    running.clock.pass(MINUTE);
    await running.inspector(PROD).disable({ resourceTypes: ["LAMBDA"] });

    const { result } = await run();

    expect(result).toMatchObject({
      warnings: [
        expect.stringMatching(new RegExp(`^account ${MANAGEMENT} is not scanned .*ValidationException: .*not enabled`)),
        expect.stringMatching(new RegExp(`^account ${PROD}: LAMBDA could not be switched on .*DISABLE_IN_PROGRESS`)),
      ],
    });
    expect(await members()).toHaveLength(MANY - 1 + 1);
  });

  it("lets all members go before a teardown: off, waited for, disassociated; and finds nothing left to do", async () => {
    await run();
    running.clock.pass(MINUTE);
    setTimeout(() => running.clock.pass(MINUTE), 2_000);

    const released = await run("delete");
    const again = await run("delete");
    await running.inspector(AUDIT).disable({});

    expect(released.result).toEqual({ done: { "members released": MANY + 1 }, warnings: [] });
    expect(again.result).toEqual({ done: {}, warnings: [] });
    expect([await members(), await scansOf(PROD)]).toEqual([[], []]);
    expect(await scansOf(AUDIT)).toEqual(["ec2 DISABLING"]);
  });

  it("goes on with a release where it was killed, and has none to do where nobody administers any more", async () => {
    await run();
    running.clock.pass(MINUTE);
    const killed = await run("delete", 6); // once scans have been switched off in some
    running.clock.pass(MINUTE);
    setTimeout(() => running.clock.pass(MINUTE), 2_000);
    await run("delete");
    const left = await members();
    await running.inspector(MANAGEMENT).disableDelegatedAdminAccount({ delegatedAdminAccountId: AUDIT });

    expect([killed.killed, left]).toEqual([true, []]);
    expect((await run("delete")).result).toEqual({ done: {}, warnings: [] });
  });
});
