import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ServiceControlPolicy } from "../components/baseline/ServiceControlPolicy";
import type { PlainSettings } from "../settings";
import { prefixed } from "./account";

/**
 * Keeps member accounts from ending detection, where the settings ask for it. Throws pulumi.RunError where the organization has
 * service control policies switched off: whether an organization uses them is not for this program to decide.
 */
export function serviceControlPolicy(
  settings: PlainSettings,
  { roots }: aws.organizations.GetOrganizationResult,
  auditAccountId: string,
  opts: pulumi.ComponentResourceOptions,
): ServiceControlPolicy | undefined {
  const { serviceControlPolicy: wanted, deployRoleArn } = settings;
  if (!wanted) return undefined;
  const [root] = roots;
  const types = root?.policyTypes ?? [];
  if (!root || !types.some(({ type, status }) => type === "SERVICE_CONTROL_POLICY" && status === "ENABLED")) {
    throw new pulumi.RunError(
      `hakken:serviceControlPolicy: service control policies are switched off in the organization. Switch them on, with the management account's credentials: aws organizations enable-policy-type --root-id ${root?.id ?? "ROOT"} --policy-type SERVICE_CONTROL_POLICY. It changes no right by itself. Or take the setting out.`,
    );
  }
  return new ServiceControlPolicy(
    "scp",
    {
      policyName: prefixed(settings, "hakken"),
      targetIds: wanted.targets.map((target) => (target === "root" ? root.id : target)),
      exempt: [
        ...wanted.exempt,
        // The same role in each account; a stack knows its own account's alone.
        ...(deployRoleArn ? [deployRoleArn.replace(/^(arn:aws:iam::)\d{12}:/, "$1*:")] : []),
        `arn:aws:iam::${auditAccountId}:role/reconciler-*`,
      ],
      pipelineAccountId: auditAccountId,
      pipelinePrefix: `${prefixed(settings, "alerts")}-`,
    },
    opts,
  );
}
