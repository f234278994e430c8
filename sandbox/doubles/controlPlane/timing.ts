/** How long the services take over what they do behind the caller's back, in milliseconds. Change it at any time. */
export interface Timing {
  /** Designation of an organization's first administrator, during which another region's is refused. Default: 20. */
  designation: number;
  /** GuardDuty enrolling accounts and switching plans on under auto-enable. Default: 0. AWS: up to 24 hours. */
  enrolment: number;
  /** Security Hub changing its configuration type, and applying a policy. Default: 100. AWS: up to 24 hours. */
  association: number;
  /** Security Hub V2 following a policy of AWS Organizations, in accounts that are there and those that join. Default: 100. AWS: not said. */
  organizationPolicy: number;
  /** Inspector switching the scans of an account on or off. Default: 100. AWS: minutes. */
  scanning: number;
  /** GuardDuty activating, deactivating or deleting a list of addresses. Default: 20. AWS: minutes. */
  listActivation: number;
  /** Until GetFindings shows what BatchUpdateFindings wrote; the event goes out at once. Default: 0. AWS: up to minutes. */
  updateLag: number;
  /** An operation of a StackSet, before it does anything. Default: 20. AWS: minutes. */
  stackSetOperation: number;
  /** AWS Health switching its organizational view on or off. Default: 100. AWS: minutes. */
  organizationalView: number;
  /** Until a StackSet's auto-deployment reaches an account that came to one of its targets. Default: a minute. AWS: minutes. */
  autoDeployment: number;
}

export const defaultTiming = (): Timing => ({
  designation: 20,
  enrolment: 0,
  association: 100,
  organizationPolicy: 100,
  listActivation: 20,
  updateLag: 0,
  stackSetOperation: 20,
  organizationalView: 100,
  autoDeployment: 60_000,
  scanning: 100,
});
