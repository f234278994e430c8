import type { RightOnes } from "./between";

/** What is wrong between the settings of the baseline and others. */
export function baselineProblems(values: RightOnes): string[] {
  return [...exemptionProblems(values)];
}

/** Without an exemption the policy would bind whoever deploys the member accounts, and hakken could not be taken down again. */
function exemptionProblems({ role, serviceControlPolicy, deployRoleArn }: RightOnes): string[] {
  if (role !== "management" || !serviceControlPolicy || serviceControlPolicy.exempt.length > 0 || deployRoleArn)
    return [];
  return [
    "hakken:serviceControlPolicy exempts nobody who deploys hakken in the member accounts: set hakken:deployRoleArn, whose role is exempt by its name in every account, or name who deploys in hakken:serviceControlPolicy.exempt, such as arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_HakkenDeploy_*.",
  ];
}
