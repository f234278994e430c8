import type { Severity } from "../../../handlers/alert/types";

/** A control of Security Hub, and what it checks. */
export interface Control {
  id: string;
  severity: Extract<Severity, "CRITICAL" | "HIGH">;
  title: string;
  /** ASFF's type of the resource. */
  type: string;
  /** The end of the resource's ARN, before its number: "rds:REGION:ACCOUNT:db:" or "s3:::". */
  resource: (region: string, account: string) => string;
}

const in_ =
  (service: string, kind: string) =>
  (region: string, account: string): string =>
    `${service}:${region}:${account}:${kind}`;

const control = (
  id: string,
  severity: Control["severity"],
  title: string,
  type: string,
  resource: Control["resource"],
): Control => ({ id, severity, title, type, resource });

const group = in_("ec2", "security-group/sg-");
const instance = in_("ec2", "instance/i-");
const launch = in_("autoscaling", "launchConfiguration:0:launchConfigurationName/web-");
const database = in_("rds", "db:orders-");
const task = in_("ecs", "task-definition/web-");
const notebook = in_("sagemaker", "notebook-instance/study-");
const bucket = () => "s3:::acme-data-";

/**
 * Forty controls that Security Hub checks resource by resource, with the severities that it gives them.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html
 */
export const CONTROLS: readonly Control[] = [
  control(
    "EC2.19",
    "CRITICAL",
    "Security groups should not allow unrestricted access to ports with high risk",
    "AwsEc2SecurityGroup",
    group,
  ),
  control("S3.8", "HIGH", "S3 general purpose buckets should block public access", "AwsS3Bucket", bucket),
  control(
    "EC2.8",
    "HIGH",
    "EC2 instances should use Instance Metadata Service Version 2 (IMDSv2)",
    "AwsEc2Instance",
    instance,
  ),
  control("EC2.9", "HIGH", "Amazon EC2 instances should not have a public IPv4 address", "AwsEc2Instance", instance),
  control(
    "Lambda.1",
    "CRITICAL",
    "Lambda function policies should prohibit public access",
    "AwsLambdaFunction",
    in_("lambda", "function:orders-"),
  ),
  control("RDS.13", "HIGH", "RDS automatic minor version upgrades should be enabled", "AwsRdsDbInstance", database),
  control("RDS.18", "HIGH", "RDS instances should be deployed in a VPC", "AwsRdsDbInstance", database),
  control("RDS.1", "CRITICAL", "RDS snapshot should be private", "AwsRdsDbSnapshot", in_("rds", "snapshot:orders-")),
  control("EC2.2", "HIGH", "VPC default security groups should not allow traffic", "AwsEc2SecurityGroup", group),
  control(
    "EC2.18",
    "HIGH",
    "Security groups should only allow unrestricted incoming traffic for authorized ports",
    "AwsEc2SecurityGroup",
    group,
  ),
  control(
    "EC2.23",
    "HIGH",
    "Amazon EC2 Transit Gateways should not automatically accept VPC attachment requests",
    "AwsEc2TransitGateway",
    in_("ec2", "transit-gateway/tgw-"),
  ),
  control(
    "EC2.25",
    "HIGH",
    "Amazon EC2 launch templates should not assign public IPs to network interfaces",
    "AwsEc2LaunchTemplate",
    in_("ec2", "launch-template/lt-"),
  ),
  control("RDS.2", "CRITICAL", "RDS DB Instances should prohibit public access", "AwsRdsDbInstance", database),
  control(
    "AutoScaling.3",
    "HIGH",
    "Auto Scaling group launch configurations should require IMDSv2",
    "AwsAutoScalingLaunchConfiguration",
    launch,
  ),
  control(
    "AutoScaling.5",
    "HIGH",
    "Instances launched using Auto Scaling group launch configurations should not have public addresses",
    "AwsAutoScalingLaunchConfiguration",
    launch,
  ),
  control(
    "ECR.1",
    "HIGH",
    "ECR private repositories should have image scanning configured",
    "AwsEcrRepository",
    in_("ecr", "repository/web-"),
  ),
  control("ECS.1", "HIGH", "Task definitions should have secure networking modes", "AwsEcsTaskDefinition", task),
  control("S3.2", "CRITICAL", "S3 general purpose buckets should block public read access", "AwsS3Bucket", bucket),
  control(
    "ECS.2",
    "HIGH",
    "ECS services should not have public addresses assigned to them automatically",
    "AwsEcsService",
    in_("ecs", "service/main/web-"),
  ),
  control("ECS.3", "HIGH", "Task definitions should not share the process namespace", "AwsEcsTaskDefinition", task),
  control("ECS.4", "HIGH", "ECS containers should run as non-privileged", "AwsEcsTaskDefinition", task),
  control("ECS.5", "HIGH", "ECS containers should have read-only root filesystems", "AwsEcsTaskDefinition", task),
  control("ECS.8", "HIGH", "Secrets should not be passed as environment variables", "AwsEcsTaskDefinition", task),
  control("S3.3", "CRITICAL", "S3 general purpose buckets should block public write access", "AwsS3Bucket", bucket),
  control("ECS.9", "HIGH", "Task definitions should have a logging configuration", "AwsEcsTaskDefinition", task),
  control(
    "EKS.1",
    "HIGH",
    "EKS cluster endpoints should not be publicly accessible",
    "AwsEksCluster",
    in_("eks", "cluster/main-"),
  ),
  control(
    "EKS.2",
    "HIGH",
    "EKS clusters should run on a supported Kubernetes version",
    "AwsEksCluster",
    in_("eks", "cluster/main-"),
  ),
  control(
    "ElastiCache.1",
    "HIGH",
    "ElastiCache clusters should have automatic backups enabled",
    "AwsElastiCacheCacheCluster",
    in_("elasticache", "cluster:sessions-"),
  ),
  control(
    "KMS.3",
    "CRITICAL",
    "AWS KMS keys should not be deleted unintentionally",
    "AwsKmsKey",
    in_("kms", "key/5c0a7d1e-"),
  ),
  control(
    "ElasticBeanstalk.2",
    "HIGH",
    "Elastic Beanstalk managed platform updates should be enabled",
    "AwsElasticBeanstalkEnvironment",
    in_("elasticbeanstalk", "environment/shop/shop-"),
  ),
  control(
    "EMR.1",
    "HIGH",
    "Amazon EMR cluster primary nodes should not have public addresses",
    "AwsEmrCluster",
    in_("elasticmapreduce", "cluster/j-"),
  ),
  control(
    "SSM.4",
    "CRITICAL",
    "SSM documents should not be public",
    "AwsSsmDocument",
    in_("ssm", "document/maintenance-"),
  ),
  control(
    "S3.6",
    "HIGH",
    "S3 general purpose bucket policies should restrict access to other AWS accounts",
    "AwsS3Bucket",
    bucket,
  ),
  control(
    "SSM.2",
    "HIGH",
    "EC2 instances managed by Systems Manager should have the patch compliance status COMPLIANT",
    "AwsSsmPatchCompliance",
    in_("ssm", "managed-instance/i-"),
  ),
  control(
    "Opensearch.2",
    "CRITICAL",
    "OpenSearch domains should not be publicly accessible",
    "AwsOpenSearchServiceDomain",
    in_("es", "domain/search-"),
  ),
  control(
    "SageMaker.1",
    "HIGH",
    "SageMaker notebook instances should not have direct internet access",
    "AwsSageMakerNotebookInstance",
    notebook,
  ),
  control(
    "SageMaker.2",
    "HIGH",
    "SageMaker notebook instances should be launched in a custom VPC",
    "AwsSageMakerNotebookInstance",
    notebook,
  ),
  control(
    "SageMaker.3",
    "HIGH",
    "Users should not have root access to SageMaker notebook instances",
    "AwsSageMakerNotebookInstance",
    notebook,
  ),
  control(
    "DMS.1",
    "CRITICAL",
    "Database Migration Service replication instances should not be public",
    "AwsDmsReplicationInstance",
    in_("dms", "rep:orders-"),
  ),
  control(
    "Redshift.1",
    "CRITICAL",
    "Amazon Redshift clusters should prohibit public access",
    "AwsRedshiftCluster",
    in_("redshift", "cluster:warehouse-"),
  ),
];
