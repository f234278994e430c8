import type { AutomationRulesConfig, ParameterValue, Policy } from "@aws-sdk/client-securityhub";

export interface Hub {
  subscribedAt: number;
  autoEnableControls: boolean;
  controlFindingGenerator: string;
  standards: Set<string>;
  /** Controls that are off, by the standard's ARN and the control's id, with the reason. */
  controlsOff: Map<string, string>;
  /** Parameters that are not at AWS's default, by control. */
  parameters: Map<string, Record<string, ParameterValue>>;
  /** Why a control's parameters were changed last, by control. */
  updateReasons: Map<string, string>;
  tags: Record<string, string>;
}

export interface Aggregator {
  arn: string;
  account: string;
  /** The home region: where it was made. */
  region: string;
  mode: string;
  regions: string[];
}

export interface ConfigurationPolicy {
  id: string;
  arn: string;
  name: string;
  description: string;
  policy: Policy;
  createdAt: number;
  updatedAt: number;
  tags: Record<string, string>;
}

export interface AutomationRule {
  config: AutomationRulesConfig;
  tags: Record<string, string>;
}

export interface Association {
  targetId: string;
  policyId: string;
  startedAt: number;
  status: "PENDING" | "SUCCESS" | "FAILED";
  message?: string;
  /** Whether it is being taken away: until that is done its policy can't be deleted. */
  ending?: true;
}
