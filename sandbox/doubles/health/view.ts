import type { DescribeHealthServiceStatusForOrganizationResponse } from "@aws-sdk/client-health";
import type { Clock } from "../controlPlane/clock";
import { accessDenied, ServiceError } from "../controlPlane/errors";
import type { Call, Operations } from "../controlPlane/service";
import type { Timing } from "../controlPlane/timing";
import type { Organization } from "../organizations/organization";

export const healthPrincipal = "health.amazonaws.com";

/** The region of AWS Health's endpoint, which answers for all others. */
const ENDPOINT_REGION = "us-east-1";

/** AWS Health's organizational view, which the management account alone switches on and off. It is not trusted access, but needs it. */
export class OrganizationalView {
  /** What was asked for last, and the trusted access under which it was. */
  private asked?: { on: boolean; at: number; trust?: Date };

  constructor(
    readonly organization: Organization,
    private readonly clock: Clock,
    private readonly timing: Timing,
  ) {}

  get status(): "ENABLED" | "DISABLED" | "PENDING" {
    if (!this.asked) return "DISABLED";
    const { on, at, trust } = this.asked;
    // Whoever takes trusted access away takes the view away with it; given again, the view stays off.
    if (on && trust !== this.organization.trusted.get(healthPrincipal)) return "DISABLED";
    if (this.clock.now() < at + this.timing.organizationalView) return "PENDING";
    return on ? "ENABLED" : "DISABLED";
  }

  enable(): void {
    if (this.settled() === "ENABLED") return;
    this.organization.enableAccess(healthPrincipal);
    this.asked = { on: true, at: this.clock.now(), trust: this.organization.trusted.get(healthPrincipal) };
  }

  disable(): void {
    if (this.settled() === "DISABLED") return;
    this.organization.disableAccess(healthPrincipal);
    this.asked = { on: false, at: this.clock.now() };
  }

  private settled(): "ENABLED" | "DISABLED" {
    const { status } = this;
    if (status !== "PENDING") return status;
    throw new ServiceError(
      "ConcurrentModificationException",
      400,
      "EnableHealthServiceAccessForOrganization is already in progress. Wait for the action to complete before trying again.",
    );
  }
}

/** https://docs.aws.amazon.com/health/latest/APIReference/API_Operations.html: what concerns the organizational view, and no event. */
export function healthOperations(view: OrganizationalView): Operations {
  const { organization } = view;
  const management = ({ account, region }: Call) => {
    if (region !== ENDPOINT_REGION) {
      throw new ServiceError("InvalidSignatureException", 403, "Credential should be scoped to a valid region.");
    }
    // As AWS says it: without a word.
    if (!organization.hasSupport) throw new ServiceError("SubscriptionRequiredException", 400, "");
    if (account !== organization.managementAccountId) {
      throw accessDenied(`Account ${account} is not the organization's management account.`);
    }
  };
  return {
    EnableHealthServiceAccessForOrganization: (_input: object, call: Call) => {
      management(call);
      view.enable();
    },
    DisableHealthServiceAccessForOrganization: (_input: object, call: Call) => {
      management(call);
      view.disable();
    },
    DescribeHealthServiceStatusForOrganization: (
      _input: object,
      call: Call,
    ): DescribeHealthServiceStatusForOrganizationResponse => {
      management(call);
      return { healthServiceAccessStatusForOrganization: view.status };
    },
  };
}
