import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { management } from "../../stacks/management";
import { type Recorded, recorded, valuesOf } from "../pulumi/recorded";
import { auditOutputs, aws, outputs, plainSettings } from "./settings";

const organization = (policyTypes: { type: string; status: string }[]) => ({
  "aws:organizations/getOrganization:getOrganization": () => ({
    id: "o-a1b2c3d4e5",
    masterAccountId: "111122223333",
    roots: [{ id: "r-abcd", policyTypes }],
  }),
});
const answers = {
  ...aws,
  ...outputs({ "organization/hakken/audit": auditOutputs }),
  ...organization([{ type: "SERVICE_CONTROL_POLICY", status: "ENABLED" }]),
};

describe("the service control policy of the stack management", () => {
  const settings = {
    ...plainSettings("management", "111122223333"),
    namePrefix: "acme",
    deployRoleArn: "arn:aws:iam::111122223333:role/hakken-deploy",
    serviceControlPolicy: { targets: ["root", "777788889999"], exempt: ["arn:aws:iam::*:role/security-admin"] },
  };

  it("is attached to the root by its id, protected, and binds nobody who deploys", async () => {
    const { resources } = await recorded(() => management(settings), { answers });

    const made = resources.filter(({ name }) => name.startsWith("scp-"));
    const policy = made.find(({ name }) => name === "scp-policy");
    const { Statement } = JSON.parse(String(policy?.inputs.content));
    expect(made.map(({ name, protect }) => [name, protect])).toEqual([
      ["scp-777788889999", true],
      ["scp-policy", true],
      ["scp-r-abcd", true],
    ]);
    expect(policy?.inputs.name).toBe("acme-hakken");
    expect(Statement[0].Condition.ArnNotLike["aws:PrincipalArn"]).toEqual([
      "arn:aws:iam::*:role/AWSCloudFormationStackSetExecutionRole",
      "arn:aws:iam::*:role/AWSControlTowerExecution",
      "arn:aws:iam::*:role/hakken-deploy",
      "arn:aws:iam::*:role/security-admin",
      "arn:aws:iam::*:role/stacksets-exec-*",
      "arn:aws:iam::444455556666:role/reconciler-*",
    ]);
    expect(JSON.stringify(Statement)).toContain("arn:aws:sqs:*:444455556666:acme-alerts-*");
  });

  it("is made for nobody who did not ask for it", async () => {
    const { resources } = await recorded(() => management(plainSettings("management", "111122223333")), { answers });

    expect(resources.filter(({ type }) => type.startsWith("aws:organizations/policy"))).toEqual([]);
  });

  it.each([[[]], [[{ type: "SERVICE_CONTROL_POLICY", status: "PENDING_DISABLE" }]]])(
    "is refused with the command to run where the organization uses none: %j",
    async (types) => {
      const attempt = recorded(() => management(settings), { answers: { ...answers, ...organization(types) } });

      await expect(attempt).rejects.toThrow(
        "hakken:serviceControlPolicy: service control policies are switched off in the organization. Switch them on, with the management account's credentials: aws organizations enable-policy-type --root-id r-abcd --policy-type SERVICE_CONTROL_POLICY.",
      );
    },
  );
});

describe("the trail of the stack management", () => {
  const settings = {
    ...plainSettings("management", "111122223333"),
    namePrefix: "acme",
    trail: { retentionDays: 400 },
  };
  const ofTrail = (resources: Recorded[]) => resources.filter(({ name }) => /(^|-)trail(-|$)/.test(name));

  it("is the organization's, after all that changes who administers what, and its bucket is an output", async () => {
    const { resources, result } = await recorded(async () => valuesOf(await management(settings)), { answers });

    const made = ofTrail(resources);
    const trail = made.find(({ type }) => type === "aws:cloudtrail/trail:Trail");
    const component = made.find(({ type }) => type === "hakken:baseline:OrganizationTrail");
    const policy = made.find(({ name }) => name === "acme-trail-bucket-policy");
    expect(trail?.inputs).toMatchObject({ name: "acme-hakken", isOrganizationTrail: true, region: "ap-northeast-1" });
    expect(trail).toMatchObject({ provider: "account", protect: true });
    expect(component?.after).toEqual(expect.arrayContaining(["admin-securityhub", "config-admin"]));
    expect(String(policy?.inputs.policy)).toContain("/AWSLogs/o-a1b2c3d4e5/*");
    expect(String(policy?.inputs.policy)).toContain("arn:aws:cloudtrail:ap-northeast-1:111122223333:trail/acme-hakken");
    expect(result.trailBucket).toBe("delivery-1234567");
  });

  it("is made for nobody who did not ask for it", async () => {
    const { resources } = await recorded(() => management(plainSettings("management", "111122223333")), { answers });

    expect(ofTrail(resources)).toEqual([]);
  });

  it("is what awsx is loaded for, and nothing else", async () => {
    const compiled = createRequire(__filename);
    const program = `
      require(${JSON.stringify(compiled.resolve("../../bin/index.js"))});
      const of = () => Object.keys(require.cache).filter((file) => /@pulumi.(awsx|docker)/.test(file)).length;
      const before = of();
      require(${JSON.stringify(compiled.resolve("../../bin/components/baseline/OrganizationTrail.js"))});
      console.log(before, of());
    `;

    const loaded = execFileSync(process.execPath, ["-e", program], { encoding: "utf8" });

    // awsx's own two files: neither its index, nor anything of Docker.
    expect(loaded.trim()).toBe("0 2");
  });
});
