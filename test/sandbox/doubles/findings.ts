import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { HOME, LINKED, PROD } from "./plane";

/** A day after the findings' own UpdatedAt. */
export const later = "2026-11-21T10:00:00.000Z";
/** ARN of an account's own product. */
export const own = (account: string, region = HOME) =>
  `arn:aws:securityhub:${region}:${account}:product/${account}/default`;

/** A finding of an account's own product, as its own tool would import it. */
export const finding = (change: Partial<AwsSecurityFinding> = {}): AwsSecurityFinding => ({
  SchemaVersion: "2018-10-08",
  Id: "scan-1",
  ProductArn: own(PROD),
  GeneratorId: "scanner",
  AwsAccountId: PROD,
  Types: ["Software and Configuration Checks"],
  CreatedAt: "2026-11-20T10:00:00.000Z",
  UpdatedAt: "2026-11-20T10:00:00.000Z",
  Severity: { Label: "HIGH" },
  Title: "Open port",
  Description: "Port 22 is open to the world.",
  Resources: [{ Type: "AwsEc2SecurityGroup", Id: "arn:aws:ec2:ap-northeast-1:333333333333:security-group/sg-1" }],
  ...change,
});

/** A finding of a Security Hub control. */
export const control = (change: Partial<AwsSecurityFinding> = {}) =>
  finding({
    Id: "arn:aws:securityhub:us-east-1:333333333333:security-control/S3.8/finding/1",
    ProductArn: "arn:aws:securityhub:us-east-1::product/aws/securityhub",
    Region: LINKED,
    Compliance: { Status: "FAILED", SecurityControlId: "S3.8" },
    ...change,
  });

export const identifier = ({ Id, ProductArn }: AwsSecurityFinding) => ({ Id, ProductArn });
