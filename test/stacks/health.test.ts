import { expect, it, vi } from "vitest";
import type { QueuesElsewhere } from "../../handlers/selfCheck";
import type { PlainSettings } from "../../settings";
import { health as schema } from "../../settings/health";
import { securityHub as hubSchema } from "../../settings/securityHub";
import { audit } from "../../stacks/audit";
import { healthEvents } from "../../stacks/health";
import { management } from "../../stacks/management";
import { member } from "../../stacks/member";
import { type Recorded, recorded, valuesOf } from "../pulumi/recorded";
import { auditOutputs, auditSettings, aws, outputs, plainSettings } from "./settings";

// The pipeline has tests of its own, and can't be made from what vitest makes of its handlers.
const made = vi.hoisted(() => ({
  health: [] as unknown[],
  securityHub: [] as unknown[],
  elsewhere: [] as QueuesElsewhere[],
}));
vi.mock("../../components/notification/NotificationPipeline", () => ({
  NotificationPipeline: class {
    constructor(
      _name: string,
      args: { health?: { forwarding?: unknown; choice: { securityHub: unknown } }; elsewhere: QueuesElsewhere[] },
    ) {
      made.elsewhere = args.elsewhere;
      made.securityHub = [args.health?.choice.securityHub];
      made.health.push(args.health?.forwarding);
    }
  },
}));

const BUS = "arn:aws:events:ap-northeast-1:444455556666:event-bus/alerts-health";
const PARTNER = "999900001111";
const with_ = (value: object) => ({ health: schema.parse(value) });
const invited = {
  invitedAccounts: [{ account: PARTNER, email: "aws@example.com", services: ["guardDuty"] }],
} satisfies Partial<PlainSettings>;
const deployed = outputs({ "organization/hakken/audit": auditOutputs });
const reached = {
  "aws:organizations/getOrganization:getOrganization": () => ({
    id: "o-a1b2c3d4e5",
    masterAccountId: "111122223333",
    roots: [{ id: "r-abcd" }],
    awsServiceAccessPrincipals: ["member.org.stacksets.cloudformation.amazonaws.com"],
  }),
};
const REGIONS = ["ap-northeast-1", "ap-northeast-3", "us-east-1"];
const NOBODY = { regions: [], exceptAccounts: [] };
const off = (target: string) => ({ name: "off", enabled: false, targets: [target] });
const forwards = (resources: Recorded[]) =>
  resources.filter(({ type, name }) => /eventTarget/.test(type) && /health/.test(name)).map(({ inputs }) => inputs);

const inManagement = async (value: object, answers = reached) => {
  const settings = { ...plainSettings("management", "111122223333"), ...with_(value) };
  return recorded(async () => valuesOf(await management(settings)), { answers: { ...aws, ...answers, ...deployed } });
};

it("makes the audit account AWS Health's administrator, after all other administrators", async () => {
  const { resources } = await inManagement({});

  const admin = resources.find(({ name }) => name === "health-admin");
  expect(admin).toMatchObject({
    type: "aws:organizations/delegatedAdministrator:DelegatedAdministrator",
    inputs: { accountId: "444455556666", servicePrincipal: "health.amazonaws.com" },
    protect: true,
  });
  const access = resources.find(({ name }) => name === "health-admin-access");
  expect([access?.inputs, access?.retainOnDelete]).toEqual([{ servicePrincipal: "health.amazonaws.com" }, true]);
  const component = resources.find(({ type }) => type === "hakken:baseline:HealthAdmin");
  expect(component?.after).toEqual(expect.arrayContaining(["admin-securityhub", "config-admin"]));
  expect(forwards(resources)).toEqual([]);
});

it("has every account forward instead, the management account by rules of its own, and never both", async () => {
  const { resources, result } = await inManagement({ mode: "forwarding", units: ["ou-abcd-12345678"] });

  expect(resources.filter(({ name }) => name.startsWith("health-admin"))).toEqual([]);
  const regions = ["ap-northeast-1", "ap-northeast-3", "us-east-1", "us-west-2"];
  expect(forwards(resources).map(({ region, arn }) => [region, arn])).toEqual(regions.map((region) => [region, BUS]));
  const [roles, rules] = ["role", "rule"].map((what) =>
    resources.find(({ name }) => name === `member-health-${what}-instances`),
  );
  expect([roles?.inputs.regions, rules?.inputs.regions]).toEqual([["ap-northeast-1"], regions]);
  expect(rules?.after).toContain("member-health-role-instances");
  expect(rules?.inputs.deploymentTargets).toEqual({
    organizationalUnitIds: ["ou-abcd-12345678"],
    accounts: ["444455556666"],
    accountFilterType: "DIFFERENCE",
  });
  expect(result).toMatchObject({ failedHealth: [] });
});

it("says what to run where StackSets may not reach the accounts", async () => {
  const attempt = inManagement({ mode: "forwarding" }, aws as unknown as typeof reached);

  await expect(attempt).rejects.toThrow(
    /hakken:health\.mode: StackSets may not reach .* set it to organization, or to off/,
  );
});

it("makes nothing in the management account where it is off", async () => {
  const { resources } = await inManagement({ mode: "off" });

  expect(resources.filter(({ name }) => /health/.test(name))).toEqual([]);
});

it("takes events in every region of the settings, in us-east-1 and us-west-2, and forwards none of the home region", async () => {
  const settings = { ...auditSettings(), regions: ["ap-northeast-1", "eu-west-1"], linkedRegions: ["eu-west-1"] };

  const { resources } = await recorded(() => audit(settings), { answers: aws });

  const home = "arn:aws:events:ap-northeast-1:444455556666:event-bus/default";
  expect(forwards(resources).map(({ region, arn }) => [region, arn])).toEqual(
    ["eu-west-1", "us-east-1", "us-west-2"].map((region) => [region, home]),
  );
});

it("leaves out what Security Hub tells, unless findings are taken from V2, which has none of AWS Health", async () => {
  const regions: unknown[] = [];

  for (const findingSource of ["cspm", "v2"] as const) {
    await recorded(() => audit({ ...auditSettings(), findingSource }), { answers: aws });
    regions.push(...made.securityHub);
  }

  expect(regions).toEqual([{ regions: REGIONS, exceptAccounts: [] }, NOBODY]);
});

it.each<[string, object, object, object]>([
  ["everybody", { policies: [{ name: "a", targets: ["ou-abcd-12345678"] }, { name: "b" }] }, {}, []],
  ["everybody, by the root", { policies: [{ name: "a", targets: ["root"] }] }, {}, []],
  ["everybody, under LOCAL", { configuration: "LOCAL" }, {}, []],
  ["but for accounts outside that are not invited to it", {}, invited, [PARTNER]],
  [
    "but for accounts where it is off",
    { policies: [{ name: "a" }, off("777788889999")] },
    invited,
    ["777788889999", PARTNER],
  ],
  ["for nobody surely, where it is off in a unit", { policies: [{ name: "a" }, off("ou-abcd-12345678")] }, {}, NOBODY],
  ["for nobody surely, where it is off by default", { policies: [{ name: "a", enabled: false }] }, {}, NOBODY],
  [
    "for nobody surely, where no policy is for everyone",
    { policies: [{ name: "a", targets: ["ou-abcd-12345678"] }] },
    {},
    NOBODY,
  ],
  [
    "for nobody surely, where LOCAL leaves it to the accounts",
    { configuration: "LOCAL", local: { autoEnable: false } },
    {},
    NOBODY,
  ],
])("leaves to Security Hub what it tells: %s", async (_whom, value, others, expected) => {
  const settings = { ...auditSettings(), securityHub: hubSchema.parse(value), ...others };

  const taken = await healthEvents(settings, undefined as never);

  const except = Array.isArray(expected) && { regions: REGIONS, exceptAccounts: expected };
  expect(taken?.choice.securityHub).toEqual(except || expected);
});

it.each<[string, object, Pick<Partial<PlainSettings>, "invitedAccounts">, unknown]>([
  ["nobody, by the organizational view", {}, {}, undefined],
  ["accounts outside the organization, by the organizational view", {}, invited, { accountIds: [PARTNER] }],
  [
    "every account of the organization, with forwarding",
    { mode: "forwarding" },
    {},
    { organizationId: "o-a1b2c3d4e5", accountIds: [] },
  ],
  ["nobody, where it is off", { mode: "off" }, invited, undefined],
])("lets %s forward", async (_whom, value, others, expected) => {
  made.health.length = 0;
  const settings = { ...auditSettings(), ...with_(value), ...others };

  const { resources } = await recorded(() => audit(settings), { answers: { ...aws, ...reached } });

  expect(made.health).toEqual([expected]);
  expect(forwards(resources).length).toBe(settings.health.mode === "off" ? 0 : 3);
});

it.each<[string, object, Pick<Partial<PlainSettings>, "invitedAccounts">, string[]]>([
  ["of accounts outside the organization, by the organizational view", {}, invited, [PARTNER]],
  ["of the management account too, with forwarding", { mode: "forwarding" }, invited, [PARTNER, "111122223333"]],
  ["of nobody, by the organizational view", {}, {}, []],
  ["of nobody, where it is off", { mode: "off" }, invited, []],
])(
  "looks for events that could not be forwarded, %s, in the queues that their stacks make",
  async (_whose, value, others, accounts) => {
    const settings = { ...auditSettings(), ...with_(value), ...others };
    const inAccount = { ...plainSettings("management", "111122223333"), ...with_({ mode: "forwarding" }) };

    await recorded(() => audit(settings), { answers: { ...aws, ...reached } });
    const { resources } = await recorded(() => management(inAccount), { answers: { ...aws, ...reached, ...deployed } });

    const looked = made.elsewhere.find(({ name }) => name.startsWith("health"));
    expect(looked?.accounts ?? []).toEqual(accounts);
    if (!looked) return;
    const queues = resources.filter(({ type, name }) => /sqs\/queue:/.test(type) && /health/.test(name));
    expect(looked.regions.map((region) => `${looked.name}-${region}`).sort()).toEqual(
      queues.map(({ inputs }) => inputs.name).sort(),
    );
  },
);

it.each<[string, object, number]>([
  ["forwards from an account outside the organization", {}, 4],
  ["forwards nothing from there where it is off", { mode: "off" }, 0],
])("%s", async (_what, value, rules) => {
  const settings = { ...plainSettings("member", PARTNER), ...with_(value), ...invited };
  const stacks = outputs({
    "organization/hakken/audit": auditOutputs,
    "organization/hakken/management": { adminAccountId: "444455556666", rootId: "r-abcd", absentRegions: [] },
    "organization/hakken/organization": { adminAccountId: "444455556666" },
  });
  const alone = {
    "aws:organizations/getOrganization:getOrganization": () => {
      throw new Error("AWSOrganizationsNotInUseException");
    },
  };

  const { resources } = await recorded(() => member(settings), { answers: { ...aws, ...alone, ...stacks } });

  expect(forwards(resources).map(({ arn }) => arn)).toEqual(Array(rules).fill(BUS));
});

it("forwards nothing from a member account of the organization: a StackSet does, or the organizational view", async () => {
  const settings = { ...plainSettings("member", "777788889999"), ...with_({ mode: "forwarding" }) };

  const { resources } = await recorded(() => member(settings), { answers: { ...aws, ...deployed } });

  expect(forwards(resources)).toEqual([]);
});
