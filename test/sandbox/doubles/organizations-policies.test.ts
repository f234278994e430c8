import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, errorOf, MANAGEMENT, PROD, RunningPlane, UNIT } from "./plane";

const ROOT = "r-hakk";
const DENY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Sid: "KeepDetectors", Effect: "Deny", Action: "guardduty:DeleteDetector", Resource: "*" }],
});

let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane().start();
});
afterEach(() => running.close());

const client = (account = MANAGEMENT) => running.organizations(account);
const enable = (PolicyType: "SERVICE_CONTROL_POLICY" | "SECURITYHUB_POLICY" = "SERVICE_CONTROL_POLICY") =>
  client().enablePolicyType({ RootId: ROOT, PolicyType });
const create = async (changes: { Name?: string; Content?: string } = {}) => {
  const { Policy } = await client().createPolicy({
    Name: "keep",
    Description: "",
    Type: "SERVICE_CONTROL_POLICY",
    Content: DENY,
    ...changes,
  });
  return Policy?.PolicySummary?.Id ?? "";
};
const attached = async (TargetId: string) => {
  const { Policies = [] } = await client().listPoliciesForTarget({ TargetId, Filter: "SERVICE_CONTROL_POLICY" });
  return Policies.map(({ Name }) => Name);
};

describe("types of policies", () => {
  it("are off in a new organization, and attach the policy that allows all once they are on", async () => {
    const before = await client().listRoots({});
    const nothing = await attached(PROD);
    await enable();
    const after = await client().listRoots({});

    expect([before.Roots?.[0]?.PolicyTypes, nothing]).toEqual([[], []]);
    expect(after.Roots?.[0]?.PolicyTypes).toEqual([{ Type: "SERVICE_CONTROL_POLICY", Status: "ENABLED" }]);
    expect(await Promise.all([ROOT, UNIT, PROD].map(attached))).toEqual(Array(3).fill(["FullAWSAccess"]));
  });

  it("refuse to be switched twice, on a root that is not there, and by others", async () => {
    await enable();

    const errors = await Promise.all([
      errorOf(enable()),
      errorOf(client().enablePolicyType({ RootId: "r-none", PolicyType: "TAG_POLICY" })),
      errorOf(client().disablePolicyType({ RootId: ROOT, PolicyType: "TAG_POLICY" })),
      errorOf(client(AUDIT).enablePolicyType({ RootId: ROOT, PolicyType: "TAG_POLICY" })),
    ]);

    expect(errors.map(({ name }) => name)).toEqual([
      "PolicyTypeAlreadyEnabledException",
      "RootNotFoundException",
      "PolicyTypeNotEnabledException",
      "AccessDeniedException",
    ]);
  });

  it("detach everything when they are switched off", async () => {
    await enable();
    await client().attachPolicy({ PolicyId: await create(), TargetId: UNIT });

    await client().disablePolicyType({ RootId: ROOT, PolicyType: "SERVICE_CONTROL_POLICY" });
    await enable();

    expect(await attached(UNIT)).toEqual(["FullAWSAccess"]);
  });
});

describe("a policy", () => {
  it("is made, changed, described and listed, with its tags", async () => {
    const id = await create();

    await client().updatePolicy({ PolicyId: id, Description: "Keeps detection" });
    await client().tagResource({ ResourceId: id, Tags: [{ Key: "Owner", Value: "security" }] });
    const { Policy } = await client().describePolicy({ PolicyId: id });
    const { Policies } = await client().listPolicies({ Filter: "SERVICE_CONTROL_POLICY" });
    const { Tags } = await client().listTagsForResource({ ResourceId: id });

    expect(Policy).toEqual({
      Content: DENY,
      PolicySummary: {
        Id: id,
        Arn: `arn:aws:organizations::${MANAGEMENT}:policy/o-hakken0001/service_control_policy/${id}`,
        Name: "keep",
        Description: "Keeps detection",
        Type: "SERVICE_CONTROL_POLICY",
        AwsManaged: false,
      },
    });
    expect(Policies?.map(({ Name }) => Name)).toEqual(["FullAWSAccess", "keep"]);
    expect(Tags).toEqual([{ Key: "Owner", Value: "security" }]);
  });

  it("is refused with another's name, too long, malformed, or from a member", async () => {
    await create();
    const long = JSON.stringify({ ...JSON.parse(DENY), Id: "x".repeat(5_120) });
    const principal = DENY.replace('"Effect"', '"Principal":"*","Effect"');

    const errors = [
      await errorOf(create()),
      await errorOf(create({ Name: "long", Content: long })),
      await errorOf(create({ Name: "text", Content: "{" })),
      await errorOf(create({ Name: "principal", Content: principal })),
      await errorOf(create({ Name: "sid", Content: DENY.replace("KeepDetectors", "keep the detectors") })),
      await errorOf(
        client(PROD).createPolicy({ Name: "own", Description: "", Type: "SERVICE_CONTROL_POLICY", Content: DENY }),
      ),
    ];

    expect(errors.map(({ name }) => name)).toEqual([
      "DuplicatePolicyException",
      "ConstraintViolationException",
      "MalformedPolicyDocumentException",
      "MalformedPolicyDocumentException",
      "MalformedPolicyDocumentException",
      "AccessDeniedException",
    ]);
  });

  it("of another type says what it is about", async () => {
    const make = (Content: string) =>
      client().createPolicy({ Name: "v2", Description: "", Type: "SECURITYHUB_POLICY", Content });
    const none = { "@@assign": [] as string[] };
    const of = (enable: object, disable: object = none, more = {}) =>
      JSON.stringify({ securityhub: { enable_in_regions: enable, disable_in_regions: disable, ...more } });
    const right = of({ "@@assign": ["us-east-1"] });

    const error = await errorOf(make(JSON.stringify({ inspector: {} })));
    const errors = await Promise.all(
      [
        JSON.stringify({ securityhub: { enable_in_regions: none } }),
        of({ "@@assign": "us-east-1" }),
        of({ "@@assign": ["everywhere"] }),
        of({ "@@prepend": ["us-east-1"] }),
        of(none, none, { features: {} }),
      ].map((content) => errorOf(make(content))),
    );
    const { Policy } = await make(right);
    const early = await errorOf(client().attachPolicy({ PolicyId: Policy?.PolicySummary?.Id ?? "", TargetId: UNIT }));
    await enable("SECURITYHUB_POLICY");
    await client().attachPolicy({ PolicyId: Policy?.PolicySummary?.Id ?? "", TargetId: UNIT });

    expect(error.name).toBe("MalformedPolicyDocumentException");
    expect(errors.map(({ message }) => message.replace("The provided policy document is not valid: ", ""))).toEqual([
      '"disable_in_regions" is missing.',
      '"enable_in_regions" must list regions.',
      '"enable_in_regions" must list regions.',
      '"@@prepend" is no operator.',
      '"features" is nothing that the sandbox knows in "securityhub".',
    ]);
    expect(early.name).toBe("PolicyTypeNotEnabledException");
  });

  it("can't be deleted while it is attached, nor when AWS made it", async () => {
    await enable();
    const id = await create();
    await client().attachPolicy({ PolicyId: id, TargetId: UNIT });

    const inUse = await errorOf(client().deletePolicy({ PolicyId: id }));
    const { Targets } = await client().listTargetsForPolicy({ PolicyId: id });
    await client().detachPolicy({ PolicyId: id, TargetId: UNIT });
    await client().deletePolicy({ PolicyId: id });
    const gone = await errorOf(client().describePolicy({ PolicyId: id }));
    const managed = await errorOf(client().deletePolicy({ PolicyId: "p-FullAWSAccess" }));

    expect(inUse.name).toBe("PolicyInUseException");
    expect(Targets).toMatchObject([{ TargetId: UNIT, Type: "ORGANIZATIONAL_UNIT", Name: "workload" }]);
    expect(gone.name).toBe("PolicyNotFoundException");
    expect(managed.name).toBe("InvalidInputException");
  });
});

describe("attaching", () => {
  it("is refused before the type is enabled, twice, to nobody, and for a sixth policy", async () => {
    const id = await create();
    const to = (TargetId: string, PolicyId = id) => client().attachPolicy({ PolicyId, TargetId });
    const early = await errorOf(to(UNIT));
    await enable();
    await to(UNIT);
    for (const Name of ["b", "c", "d"]) await to(UNIT, await create({ Name }));

    const errors = [
      await errorOf(to(UNIT)),
      await errorOf(to("ou-none-00000000")),
      await errorOf(to(UNIT, "p-none0000")),
      await errorOf(to(UNIT, await create({ Name: "e" }))),
    ];

    expect(early.name).toBe("PolicyTypeNotEnabledException");
    expect(errors.map(({ name }) => name)).toEqual([
      "DuplicatePolicyAttachmentException",
      "TargetNotFoundException",
      "PolicyNotFoundException",
      "ConstraintViolationException",
    ]);
  });

  it("leaves one service control policy on each entity", async () => {
    await enable();

    const last = await errorOf(client().detachPolicy({ PolicyId: "p-FullAWSAccess", TargetId: UNIT }));
    const missing = await errorOf(client().detachPolicy({ PolicyId: await create(), TargetId: UNIT }));

    expect(last).toMatchObject({
      name: "ConstraintViolationException",
      message: expect.stringContaining("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"),
    });
    expect(missing.name).toBe("PolicyNotAttachedException");
  });
});
