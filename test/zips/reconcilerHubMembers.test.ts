import type { ParameterValue } from "@aws-sdk/client-securityhub";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, HOME, LINKED, MANAGEMENT, PROD, RunningPlane, UNIT } from "../sandbox/doubles/plane";
import { runtimeModules, runZip } from "./run";
import { reconcilerZip, type Zip } from "./zips";

/** More than one call of 50 holds. */
const MANY = 60;
const SUSPENDED = "100000000001";
const parameters = {
  [HOME]: [{ control: "IAM.7", reason: "our rules", values: { MaxPasswordAge: { Integer: 60 } } }],
  [LINKED]: [{ control: "IAM.99", reason: "a mistake", values: { MaxPasswordAge: { Integer: 60 } } }],
};

let zip: Zip;
/** The same once the settings have no parameters any more. */
let without: Zip;
let running: RunningPlane;
beforeAll(async () => {
  zip = await reconcilerZip({ securityHubMembers: { adminAccountId: AUDIT, parameters } });
  without = await reconcilerZip({ securityHubMembers: { adminAccountId: AUDIT, parameters: {} } });
});
beforeEach(async () => {
  running = await new RunningPlane({ enrolment: 60_000 }).start();
  // As AWS has it: they joined long before the function runs, by the machine's own time.
  for (let n = 1; n <= MANY; n++)
    running.plane.organization.addAccount({ id: `${100_000_000_000 + n}`, name: `account ${n}`, parent: UNIT });
  for (const account of running.plane.organization.accounts.values()) account.joinedAt = new Date(0);
  const suspended = running.plane.organization.accounts.get(SUSPENDED);
  if (suspended) suspended.status = "SUSPENDED";
  for (const region of [HOME, LINKED]) {
    await running.securityHub(AUDIT, region).enableSecurityHub({ EnableDefaultStandards: false });
    await running.securityHub(MANAGEMENT, region).enableSecurityHub({ EnableDefaultStandards: false });
    await running.securityHub(MANAGEMENT, region).enableOrganizationAdminAccount({ AdminAccountId: AUDIT });
    await running
      .securityHub(AUDIT, region)
      .updateOrganizationConfiguration({ AutoEnable: true, AutoEnableStandards: "NONE" });
  }
});
afterEach(() => running.close());

const duty = (region: string) => ({ kind: "securityHubMembers", region, data: {} });
const execute = (event: object, crashAfter?: number, code = zip) =>
  runZip(
    code,
    event,
    {
      NODE_PATH: runtimeModules(),
      AWS_REGION: HOME,
      AWS_ENDPOINT_URL_SECURITYHUB: running.endpoint("securityhub"),
      AWS_ENDPOINT_URL_ORGANIZATIONS: running.endpoint("organizations"),
      AWS_ACCESS_KEY_ID: AUDIT,
      AWS_SECRET_ACCESS_KEY: "x",
    },
    crashAfter,
  );
const run = (action: "create" | "delete", crashAfter?: number, region = HOME) =>
  execute({ duty: duty(region), tf: { action } }, crashAfter);
const custom = async (control: string) => {
  const { SecurityControls: [now] = [] } = await running
    .securityHub(AUDIT)
    .batchGetSecurityControls({ SecurityControlIds: [control] });
  const all = Object.entries(now?.Parameters ?? {}).filter(([, { ValueType }]) => ValueType === "CUSTOM");
  return Object.fromEntries(all.map(([name, { Value }]) => [name, Value]));
};
const byHand = (SecurityControlId: string, name: string, Value: ParameterValue) =>
  running.securityHub(AUDIT).updateSecurityControl({
    SecurityControlId,
    Parameters: { [name]: { ValueType: "CUSTOM", Value } },
    LastUpdateReason: "by hand",
  });
const members = async (region = HOME) => {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await running.securityHub(AUDIT, region).listMembers({ OnlyAssociated: true, NextToken });
    found.push(...(page.Members ?? []).map(({ AccountId = "" }) => AccountId));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
};
const everybody = MANY - 1 + 2; // without the suspended one, with PROD and the management account

describe("the reconciler, of Security Hub's members under LOCAL", () => {
  it("enrols every active account, 50 a call, sets the administrator's parameters, and has nothing to do after that", async () => {
    const first = await run("create");
    const again = await run("create");

    expect(first.result).toEqual({
      done: { "members enrolled": everybody, "controls' parameters set": 1 },
      warnings: [],
    });
    expect(again.result).toEqual({ done: {}, warnings: [] });
    expect(await members()).toHaveLength(everybody);
    expect(await members()).toEqual(expect.arrayContaining([MANAGEMENT, PROD]));
    const { SecurityControls } = await running
      .securityHub(AUDIT)
      .batchGetSecurityControls({ SecurityControlIds: ["IAM.7"] });
    expect(SecurityControls?.[0]?.Parameters?.MaxPasswordAge?.Value).toEqual({ Integer: 60 });
  });

  it("sets parameters back once the settings have them no more, by a deployment, and leaves those of others", async () => {
    await run("create");
    await byHand("APIGateway.1", "loggingLevel", { Enum: "INFO" });
    const event = { duty: duty(HOME), tf: { action: "update" } };

    const hourly = await execute({ duties: [duty(HOME)] }, undefined, without);
    const before = await custom("IAM.7");
    const killed = await execute(event, 3, without);
    const first = await execute(event, undefined, without);
    const again = await execute(event, undefined, without);

    expect([hourly.result, before]).toEqual([{ done: {}, warnings: [] }, { MaxPasswordAge: { Integer: 60 } }]);
    expect([killed.killed, first.result, again.result]).toEqual([
      true,
      { done: { "controls' parameters set back": 1 }, warnings: [] },
      { done: {}, warnings: [] },
    ]);
    expect([await custom("IAM.7"), await custom("APIGateway.1")]).toEqual([{}, { loggingLevel: { Enum: "INFO" } }]);
  });

  it("has a control's parameters as the settings say, those at AWS's default too, whoever set them", async () => {
    await byHand("IAM.7", "MaxPasswordAge", { Integer: 60 });
    await byHand("IAM.7", "RequireSymbols", { Boolean: false });

    const { result } = await run("create");
    const again = await run("create");

    expect([result, again.result]).toEqual([
      { done: { "members enrolled": everybody, "controls' parameters set": 1 }, warnings: [] },
      { done: {}, warnings: [] },
    ]);
    expect(await custom("IAM.7")).toEqual({ MaxPasswordAge: { Integer: 60 } });
  });

  it("tells of an account that AWS refuses, and of a control that the region lacks, and goes on", async () => {
    await running.securityHub(MANAGEMENT, LINKED).disableSecurityHub({});

    const { result } = await run("create", undefined, LINKED);

    expect(result).toEqual({
      done: { "members enrolled": everybody - 1 },
      warnings: [
        expect.stringMatching(
          new RegExp(`^account ${MANAGEMENT} is not covered by Security Hub in ${LINKED}: AWS says "The organization`),
        ),
        expect.stringMatching(/^the parameters of IAM\.99 could not be set in us-east-1: AWS says/),
      ],
    });
  });

  it("leaves accounts alone where auto-enable is off", async () => {
    await running.securityHub(AUDIT).updateOrganizationConfiguration({ AutoEnable: false });

    await run("create");

    expect(await members()).toEqual([]);
  });

  it("by the hour leaves accounts to AWS that joined just now, since it would give them AWS's default standards", async () => {
    const prod = running.plane.organization.accounts.get(PROD);
    if (prod) prod.joinedAt = new Date();

    await execute({ duties: [duty(HOME)] });

    expect(await members()).toHaveLength(everybody - 1);
    expect(await members()).not.toContain(PROD);
  });

  it("lets every member go, for good, wherever it was killed, and has nothing to do where it administers nothing", async () => {
    await run("create");
    await run("delete", 3); // after the first chunk was let go

    const { result } = await run("delete");
    await execute({ duties: [duty(HOME)] });
    await running.securityHub(MANAGEMENT).disableOrganizationAdminAccount({ AdminAccountId: AUDIT });
    const late = await run("delete");

    expect(result).toMatchObject({ warnings: [] });
    expect(late.result).toEqual({ done: {}, warnings: [] });
    await expect(running.securityHub(PROD).describeHub({})).resolves.toBeDefined();
  });

  it("enrols nobody by the hour once members have been let go", async () => {
    await run("create");
    const { result } = await run("delete");
    await execute({ duties: [duty(HOME)] });

    expect(result).toEqual({ done: { "members released": everybody }, warnings: [] });
    expect(await members()).toEqual([]);
  });
});
