import { describe, expect, it } from "vitest";
import { management } from "../../stacks/management";
import { recorded } from "../pulumi/recorded";
import { auditOutputs, aws, outputs, plainSettings } from "./settings";

const organization = (policyTypes: { type: string; status: string }[]) => ({
  "aws:organizations/getOrganization:getOrganization": () => ({
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
