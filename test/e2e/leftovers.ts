import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { ConfigService } from "@aws-sdk/client-config-service";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { IAM } from "@aws-sdk/client-iam";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { KMS } from "@aws-sdk/client-kms";
import { Lambda } from "@aws-sdk/client-lambda";
import { Organizations } from "@aws-sdk/client-organizations";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { SFN } from "@aws-sdk/client-sfn";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { DEFAULT_ESTATE } from "../../sandbox/estate";
import { ACCOUNTS, type AccountName, enabledIn, HOME_REGION, ORGANIZATION, rootOf } from "../../sandbox/organization";

interface How {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: number;
}

type Names = (string | undefined)[];

/** Accounts of other companies. */
const OUTSIDE = Object.values(ORGANIZATION).flatMap(({ id, outside }) => (outside ? [id] : []));

/** What there is of each kind in an account and region; nothing where the service says that it is off. */
const regional: Record<string, (how: How) => Promise<Names>> = {
  alarm: async (how) =>
    ((await new CloudWatch(how).describeAlarms({})).MetricAlarms ?? []).map(({ AlarmName }) => AlarmName),
  dashboard: async (how) =>
    ((await new CloudWatch(how).listDashboards({})).DashboardEntries ?? []).map(({ DashboardName }) => DashboardName),
  "log group": async (how) =>
    ((await new CloudWatchLogs(how).describeLogGroups({})).logGroups ?? []).map(({ logGroupName }) => logGroupName),
  recorder: async (how) =>
    ((await new ConfigService(how).describeConfigurationRecorders({})).ConfigurationRecorders ?? []).map(
      ({ name }) => name,
    ),
  "delivery channel": async (how) =>
    ((await new ConfigService(how).describeDeliveryChannels({})).DeliveryChannels ?? []).map(({ name }) => name),
  table: async (how) => (await new DynamoDB(how).listTables({})).TableNames ?? [],
  rule: async (how) => ((await new EventBridge(how).listRules({})).Rules ?? []).map(({ Name }) => Name),
  "event bus": async (how) =>
    ((await new EventBridge(how).listEventBuses({ NamePrefix: "alerts" })).EventBuses ?? [])
      .map(({ Name }) => Name)
      .filter((name) => name !== "default"),
  detector: async (how) => ((await new GuardDuty(how).listDetectors({})).DetectorIds ?? []).map(() => ""),
  key: keys,
  alias: async (how) => ((await new KMS(how).listAliases({})).Aliases ?? []).map(({ AliasName }) => AliasName),
  function: async (how) =>
    ((await new Lambda(how).listFunctions({})).Functions ?? []).map(({ FunctionName }) => FunctionName),
  consumer: async (how) =>
    ((await new Lambda(how).listEventSourceMappings({})).EventSourceMappings ?? []).map(({ UUID }) => UUID),
  secret: secrets,
  hub: async (how) =>
    [(await new SecurityHub(how).describeHub({}).catch(unless("InvalidAccessException")))?.HubArn].filter(Boolean),
  aggregator: async (how) =>
    (
      (await new SecurityHub(how).listFindingAggregators({}).catch(unless("InvalidAccessException")))
        ?.FindingAggregators ?? []
    ).map(({ FindingAggregatorArn }) => FindingAggregatorArn),
  "invited member": async (how) =>
    (
      (await new SecurityHub(how).listMembers({ OnlyAssociated: false }).catch(unless("InvalidAccessException")))
        ?.Members ?? []
    ).flatMap(({ AccountId = "" }) => (OUTSIDE.includes(AccountId) ? [AccountId] : [])),
  "hub of V2": async (how) =>
    [(await new SecurityHub(how).describeSecurityHubV2({}).catch(unless("ResourceNotFoundException")))?.HubV2Arn]
      .filter(Boolean)
      // Its id is AWS's own.
      .map(() => ""),
  "aggregator of V2": async (how) =>
    ((await new SecurityHub(how).listAggregatorsV2({}).catch(unless("ConflictException")))?.AggregatorsV2 ?? []).map(
      () => "",
    ),
  "custom action": async (how) =>
    (
      (await new SecurityHub(how).describeActionTargets({}).catch(unless("InvalidAccessException")))?.ActionTargets ??
      []
    ).map(({ ActionTargetArn }) => ActionTargetArn),
  "automation rule": async (how) =>
    (
      (
        await new SecurityHub(how)
          .listAutomationRules({})
          .catch(unless("InvalidAccessException", "AccessDeniedException"))
      )?.AutomationRulesMetadata ?? []
    ).map(({ RuleName }) => RuleName),
  "state machine": async (how) =>
    ((await new SFN(how).listStateMachines({})).stateMachines ?? []).map(({ name }) => name),
  "Inspector's scans": async (how) =>
    ((await new Inspector2(how).batchGetAccountStatus({})).accounts ?? []).flatMap(({ state }) =>
      state?.status === "DISABLED" ? [] : [state?.status],
    ),
  "configuration aggregator": async (how) =>
    ((await new ConfigService(how).describeConfigurationAggregators({})).ConfigurationAggregators ?? []).map(
      ({ ConfigurationAggregatorName }) => ConfigurationAggregatorName,
    ),
  trail: async (how) =>
    ((await new CloudTrail(how).describeTrails({ includeShadowTrails: false })).trailList ?? []).map(
      ({ Name }) => Name,
    ),
  topic: async (how) => ((await new SNS(how).listTopics({})).Topics ?? []).map(({ TopicArn }) => TopicArn),
  queue: async (how) => (await new SQS(how).listQueues({})).QueueUrls ?? [],
};

/** Of what belongs to no region. */
const global: Record<string, (how: How) => Promise<Names>> = {
  role: async (how) =>
    ((await new IAM(how).listRoles({})).Roles ?? []).map(({ Path, RoleName }) => `${Path}${RoleName}`),
  bucket: async (how) =>
    ((await new S3({ ...how, forcePathStyle: true }).listBuckets({})).Buckets ?? []).map(({ Name }) => Name),
};

/** What the organization itself keeps, in the management account. */
const administrators: Record<string, (how: How) => Promise<Names>> = {
  "delegated administrator": async (how) =>
    ((await new Organizations(how).listDelegatedAdministrators({})).DelegatedAdministrators ?? []).map(({ Id }) => Id),
  StackSet: async (how) =>
    ((await new CloudFormation(how).listStackSets({})).Summaries ?? []).map(({ StackSetName }) => StackSetName),
  "service control policy": async (how) =>
    ((await new Organizations(how).listPolicies({ Filter: "SERVICE_CONTROL_POLICY" })).Policies ?? [])
      .filter(({ AwsManaged }) => !AwsManaged)
      .map(({ Name }) => Name),
  "policy of Security Hub": async (how) =>
    ((await new Organizations(how).listPolicies({ Filter: "SECURITYHUB_POLICY" })).Policies ?? []).map(
      ({ Name }) => Name,
    ),
  "GuardDuty administrator": async (how) =>
    ((await new GuardDuty(how).listOrganizationAdminAccounts({})).AdminAccounts ?? []).map(
      ({ AdminAccountId }) => AdminAccountId,
    ),
  "Inspector administrator": async (how) =>
    ((await new Inspector2(how).listDelegatedAdminAccounts({})).delegatedAdminAccounts ?? []).map(
      ({ accountId }) => accountId,
    ),
  "Security Hub administrator": async (how) =>
    ((await new SecurityHub(how).listOrganizationAdminAccounts({})).AdminAccounts ?? []).map(
      ({ AccountId }) => AccountId,
    ),
};

/** Every resource of the whole organization in these regions, as "account region kind name"; random parts of names cut off. */
export async function everythingThere(endpoint: string, regions = DEFAULT_ESTATE.regions): Promise<string[]> {
  const found: string[] = [];
  const look = async (account: AccountName, region: string, kinds: typeof regional) => {
    const how = { endpoint, region, credentials: rootOf(ACCOUNTS[account]), maxAttempts: 4 };
    for (const [kind, list] of Object.entries(kinds)) {
      for (const name of await list(how)) found.push(`${account} ${region} ${kind} ${plain(name ?? "")}`.trim());
    }
  };
  for (const account of Object.keys(ACCOUNTS) as AccountName[]) {
    await look(account, HOME_REGION, global);
    const enabled = enabledIn(ORGANIZATION[account].optedIn, regions);
    await Promise.all(enabled.map((region) => look(account, region, regional)));
  }
  await Promise.all(regions.map((region) => look("management", region, administrators)));
  return found.sort();
}

const plain = (name: string): string => name.replace(/-[0-9a-f]{7,}$/, "").replace(/^(arn:|https?:).*[:/]/, "");

async function keys(how: How): Promise<Names> {
  const kms = new KMS(how);
  const { Keys = [] } = await kms.listKeys({});
  const described = await Promise.all(Keys.map(({ KeyId }) => kms.describeKey({ KeyId })));
  return described.map(({ KeyMetadata }) => `${KeyMetadata?.Description}: ${KeyMetadata?.KeyState}`);
}

async function secrets(how: How): Promise<Names> {
  const { SecretList = [] } = await new SecretsManager(how).listSecrets({ IncludePlannedDeletion: true });
  return SecretList.map(({ Name, DeletedDate }) => `${plain(Name ?? "")}: ${DeletedDate ? "deleted" : "there"}`);
}

const unless =
  (...names: string[]) =>
  (error: Error) => {
    if (!names.includes(error.name)) throw error;
    return undefined;
  };
