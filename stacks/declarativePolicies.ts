import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/**
 * Throws pulumi.RunError where the organization has declarative policies of Security Hub CSPM. They govern it completely wherever
 * they are attached: what they don't list is switched off, and what hakken sets is refused or undone.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/orgs-policies-how-they-work.html
 */
export async function refuseDeclarativePolicies(provider: aws.Provider): Promise<void> {
  const { ids } = await aws.organizations.getPolicies({ filter: "SECURITYHUB_CSPM_POLICY" }, { provider });
  if (ids.length === 0) return;
  throw new pulumi.RunError(
    `hakken: the organization has declarative policies of Security Hub CSPM (${[...ids].sort().join(", ")}), which switch off whatever they don't list, so that hakken's configuration would be undone. ` +
      "Take what they set into hakken:securityHub, then detach and delete them (aws organizations list-targets-for-policy, detach-policy, delete-policy), and deploy again.",
  );
}
