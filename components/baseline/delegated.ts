import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Lets a service work in the organization, and makes an account its administrator. Trusted access stays on destroy: it is the whole
 * organization's, and may be others' too.
 */
export function delegated(
  parent: pulumi.Resource,
  name: string,
  servicePrincipal: string,
  adminAccountId: pulumi.Input<string>,
): void {
  const access = new aws.organizations.AwsServiceAccess(
    `${name}-access`,
    { servicePrincipal },
    { parent, retainOnDelete: true },
  );
  new aws.organizations.DelegatedAdministrator(
    name,
    { accountId: adminAccountId, servicePrincipal },
    // AWS Organizations takes an administrator of what it trusts alone.
    { parent, dependsOn: [access] },
  );
}
