import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { PlainSettings } from "../settings";
import { prefixed } from "./account";

/** The trail of the organization, where the settings ask for one; gives the name of the bucket that it delivers to. */
export async function organizationTrail(
  settings: PlainSettings,
  organization: aws.organizations.GetOrganizationResult,
  opts: pulumi.ComponentResourceOptions,
): Promise<pulumi.Output<string> | undefined> {
  const { trail, account, homeRegion } = settings;
  if (!trail) return undefined;
  // Only now, since it loads awsx, which nobody else needs.
  const { OrganizationTrail } = await import("../components/baseline/OrganizationTrail");
  const made = new OrganizationTrail(
    "trail",
    {
      accountId: account,
      organizationId: organization.id,
      region: homeRegion,
      trailName: prefixed(settings, "hakken"),
      retentionDays: trail.retentionDays,
      namePrefix: prefixed(settings, "trail"),
    },
    opts,
  );
  return made.bucket;
}
