import { sqs } from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import type { ReconcilerArgs } from "../../components/detection/Reconciler";
import type { SecurityHubV2Settings } from "../../settings/securityHubV2";
import { management } from "../../stacks/management";
import { organization } from "../../stacks/organization";
import { recorded, valuesOf } from "../pulumi/recorded";
import { auditOutputs, aws, organizationAnswers, outputs, plainSettings } from "./settings";

// Its handler can't be serialized from what vitest makes: it has tests of its own.
const made = vi.hoisted(() => ({ reconcilers: [] as unknown[][] }));
vi.mock("../../components/detection/Reconciler", () => ({
  Reconciler: class extends pulumi.ComponentResource {
    warnings = [];
    lacking = [];
    constructor(...args: unknown[]) {
      super("hakken:detection:Reconciler", String(args[0]), {}, args[2] as pulumi.ComponentResourceOptions);
      made.reconcilers.push(args);
      new sqs.Queue("duty", {}, { parent: this });
    }
    invocation() {
      return undefined;
    }
  },
}));

const securityHubV2 = (given: Partial<SecurityHubV2Settings> = {}): SecurityHubV2Settings => ({
  enabled: true,
  targets: ["root"],
  disabledIn: [],
  absentRegions: [],
  ...given,
});
const rootWith = (policyTypes: { type: string; status: string }[]) => ({
  "aws:organizations/getOrganization:getOrganization": () => ({
    masterAccountId: "111122223333",
    roots: [{ id: "r-abcd", policyTypes }],
  }),
});
const ON = rootWith([{ type: "SECURITYHUB_POLICY", status: "ENABLED" }]);
const audit = { "organization/hakken/audit": auditOutputs };
const ARN = "arn:aws:securityhub:ap-northeast-1:444455556666:aggregatorv2/1";

describe("Security Hub V2 of the stack management", () => {
  const settings = (given?: Partial<SecurityHubV2Settings>) => ({
    ...plainSettings("management", "111122223333"),
    securityHubV2: securityHubV2(given),
  });
  const policiesOf = async (of: ReturnType<typeof settings>, answers: object = ON) => {
    const { resources } = await recorded(() => management(of), { answers: { ...aws, ...outputs(audit), ...answers } });
    return resources.filter(({ name }) => name.startsWith("securityhub-v2"));
  };

  it("is a policy for the root, and for the audit account by itself, after all designations, protected", async () => {
    const policies = await policiesOf({ ...settings(), namePrefix: "acme" } as never);

    expect(policies.map(({ type, name, inputs, protect }) => [type.split(":")[2], name, inputs.name, protect])).toEqual(
      [
        ["SecurityHubV2Policy", "securityhub-v2", undefined, true],
        ["PolicyAttachment", "securityhub-v2-444455556666", undefined, true],
        ["Policy", "securityhub-v2-policy", "acme-hakken-security-hub-v2", true],
        ["PolicyAttachment", "securityhub-v2-r-abcd", undefined, true],
      ],
    );
    const policy = policies.find(({ name }) => name === "securityhub-v2-policy");
    const [component] = policies;
    expect(component?.after).toEqual(expect.arrayContaining(["admin-securityhub", "config-admin"]));
    expect(JSON.parse(String(policy?.inputs.content)).securityhub.enable_in_regions["@@assign"]).toEqual([
      "ap-northeast-1",
      "ap-northeast-3",
      "us-east-1",
    ]);
  });

  it("is a second one where it is off, which comes first, and speaks of no region that lacks V2 or is skipped", async () => {
    const policies = await policiesOf({
      ...settings({ disabledIn: ["ou-abcd-12345678"], absentRegions: ["us-east-1"], targets: ["ou-abcd-87654321"] }),
      absentRegions: ["ap-east-1"],
    } as never);

    const [off, on] = ["securityhub-v2-off-policy", "securityhub-v2"].map((name) =>
      policies.find((one) => one.name === name),
    );
    expect(policies.flatMap(({ name, inputs }) => (inputs.targetId ? [[name, inputs.targetId]] : []))).toEqual([
      ["securityhub-v2-444455556666", "444455556666"],
      ["securityhub-v2-off-ou-abcd-12345678", "ou-abcd-12345678"],
      ["securityhub-v2-ou-abcd-87654321", "ou-abcd-87654321"],
    ]);
    expect(on?.after).toContain("securityhub-v2-off-ou-abcd-12345678");
    expect(JSON.parse(String(off?.inputs.content)).securityhub).toEqual({
      enable_in_regions: { "@@assign": [] },
      disable_in_regions: { "@@assign": ["ap-east-1", "ap-northeast-1", "ap-northeast-3"] },
    });
  });

  it("is nothing unless it is asked for", async () => {
    const { securityHubV2: _, ...without } = settings();

    expect(await policiesOf(without as never)).toEqual([]);
  });

  it.each([[[]], [[{ type: "SECURITYHUB_POLICY", status: "PENDING_DISABLE" }]]])(
    "is refused with the command to run where policies of Security Hub are off: %j",
    async (types) => {
      await expect(policiesOf(settings(), rootWith(types))).rejects.toThrow(
        "hakken:securityHubV2: policies of Security Hub are switched off in the organization. Switch them on, with the management account's credentials: aws organizations enable-policy-type --root-id r-abcd --policy-type SECURITYHUB_POLICY.",
      );
    },
  );

  it("refuses the audit account as an exception", async () => {
    await expect(policiesOf(settings({ disabledIn: ["444455556666"] }))).rejects.toThrow(
      "hakken:securityHubV2.disabledIn: 444455556666 is the audit account, which gathers V2's findings: remove it.",
    );
  });

  it.each<[string, SecurityHubV2Settings | undefined]>([
    ["switched off", securityHubV2({ enabled: false })],
    ["taken out", undefined],
  ])("is not %s while its findings are gathered", async (_what, now) => {
    const gathering = outputs({ ...audit, "organization/hakken/organization": { securityHubV2Aggregator: ARN } });
    const { securityHubV2: _, ...without } = settings();

    await expect(
      policiesOf({ ...without, ...(now && { securityHubV2: now }) } as never, { ...ON, ...gathering }),
    ).rejects.toThrow(
      "hakken:securityHubV2: the stack organization still gathers V2's findings, which AWS must be told to end while V2 is on: run pulumi up --stack organization first",
    );
  });
});

describe("Security Hub V2 of the stack organization", () => {
  const stacks = {
    ...audit,
    "organization/hakken/management": {
      adminAccountId: "444455556666",
      rootId: "r-abcd",
      absentRegions: [] as string[],
    },
  };
  const deployed = async (given: Partial<SecurityHubV2Settings> | undefined) => {
    made.reconcilers.length = 0;
    const settings = {
      ...plainSettings("organization", "444455556666"),
      ...(given && { securityHubV2: securityHubV2(given) }),
    };
    const { resources, result } = await recorded(async () => valuesOf(await organization(settings)), {
      answers: { ...aws, ...organizationAnswers(), ...outputs(stacks) },
    });
    const [reconciler] = made.reconcilers as [string, ReconcilerArgs][];
    return {
      aggregator: resources.find(({ type }) => /aggregatorV2/.test(type)),
      duty: reconciler?.[1].duties.find(({ kind }) => kind === "securityHubV2"),
      result,
    };
  };

  it("gathers from the regions by name, once the reconciler has seen V2 on, protected", async () => {
    const { aggregator, duty, result } = await deployed({});

    expect(aggregator).toMatchObject({
      name: "securityhub-v2-aggregator",
      inputs: {
        regionLinkingMode: "SPECIFIED_REGIONS",
        linkedRegions: ["ap-northeast-3", "us-east-1"],
        region: "ap-northeast-1",
      },
      protect: true,
      after: ["duty"],
    });
    expect(duty).toMatchObject({
      settings: { homeRegion: "ap-northeast-1", regions: ["ap-northeast-1", "ap-northeast-3", "us-east-1"] },
      regions: { "ap-northeast-1": {} },
      statements: [
        {
          Action: ["securityhub:DescribeSecurityHubV2"],
          Resource: [
            "arn:aws:securityhub:ap-northeast-1:444455556666:hubv2/*",
            "arn:aws:securityhub:ap-northeast-3:444455556666:hubv2/*",
            "arn:aws:securityhub:us-east-1:444455556666:hubv2/*",
          ],
        },
      ],
    });
    expect(result).toHaveProperty("securityHubV2Aggregator");
  });

  it("leaves out a region that lacks V2", async () => {
    const { aggregator, duty } = await deployed({ absentRegions: ["us-east-1"] });

    expect(aggregator?.inputs.linkedRegions).toEqual(["ap-northeast-3"]);
    expect(duty?.settings).toMatchObject({ regions: ["ap-northeast-1", "ap-northeast-3"] });
  });

  it.each<[string, Partial<SecurityHubV2Settings> | undefined]>([
    ["is not asked for", undefined],
    ["is off", { enabled: false }],
  ])("gathers nothing, and may ask for nothing, where V2 %s", async (_what, given) => {
    const { aggregator, duty, result } = await deployed(given);

    expect(aggregator).toBeUndefined();
    expect(duty).toEqual({
      kind: "securityHubV2",
      settings: { homeRegion: "ap-northeast-1", regions: [] },
      regions: {},
      statements: [],
    });
    expect((result as { securityHubV2Aggregator?: string }).securityHubV2Aggregator).toBeUndefined();
  });
});
