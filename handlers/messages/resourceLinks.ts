import { isRegion } from "../alert/fields";
import type { FindingResource } from "../alert/types";
import { consoleOf, encoded } from "./urls";

/** What an ARN says, in the form that the pages below want. */
interface Place {
  arn: string;
  region: string;
  account: string;
}

/**
 * The console's page of a resource, or undefined where none is known. It opens only for who is signed in to the
 * resource's account.
 */
export function resourceLink(resource: FindingResource, findingRegion: string): string | undefined {
  // Some GuardDuty findings have a colon too many: arn:aws::ec2:...
  const arn = resource.id.replace(/^(arn:[a-z-]+)::(?=[a-z])/, "$1:");
  const [, partition, service = "", arnRegion = "", account = "", ...rest] = arn.split(":");
  if (!/^arn:aws/.test(arn) || partition === undefined) return bareInstance(resource, findingRegion);

  const region = [arnRegion, resource.region ?? "", findingRegion].find(isRegion);
  if (!region) return undefined;
  for (const page of pages) {
    const match = page.service === service ? page.name.exec(rest.join(":")) : null;
    if (match?.[1]) return consoleOf(region) + page.path({ arn, region, account }, encoded(match[1]));
  }
  return undefined;
}

/** OCSF names instances by id alone. */
function bareInstance(resource: FindingResource, findingRegion: string): string | undefined {
  const region = [resource.region ?? "", findingRegion].find(isRegion);
  if (!region || !/^i-[0-9a-f]{8,17}$/.test(resource.id)) return undefined;
  return `${consoleOf(region)}/ec2/home?region=${region}#InstanceDetails:instanceId=${resource.id}`;
}

interface Page {
  service: string;
  /** Finds the resource's name in what follows the account in its ARN. */
  name: RegExp;
  path: (place: Place, name: string) => string;
}

const ec2 = (type: string, page: string): Page => ({
  service: "ec2",
  name: new RegExp(`^${type}/([\\w-]+)$`),
  path: ({ region }, id) => `/${page.replace("REGION", region)}=${id}`,
});

const pages: readonly Page[] = [
  ec2("instance", "ec2/home?region=REGION#InstanceDetails:instanceId"),
  ec2("security-group", "ec2/home?region=REGION#SecurityGroup:groupId"),
  ec2("volume", "ec2/home?region=REGION#VolumeDetails:volumeId"),
  ec2("snapshot", "ec2/home?region=REGION#SnapshotDetails:snapshotId"),
  ec2("vpc", "vpcconsole/home?region=REGION#VpcDetails:VpcId"),
  ec2("subnet", "vpcconsole/home?region=REGION#SubnetDetails:subnetId"),
  {
    service: "s3",
    name: /^([^/]+)/,
    path: ({ region }, bucket) => `/s3/buckets/${bucket}?region=${region}`,
  },
  { service: "iam", name: /^role\/(?:.*\/)?([^/]+)$/, path: (_, role) => `/iam/home#/roles/details/${role}` },
  { service: "iam", name: /^user\/(?:.*\/)?([^/]+)$/, path: (_, user) => `/iam/home#/users/details/${user}` },
  { service: "iam", name: /^(policy\/.+)$/, path: ({ arn }) => `/iam/home#/policies/details/${encoded(arn)}` },
  {
    service: "lambda",
    name: /^function:([\w-]+)/,
    path: ({ region }, name) => `/lambda/home?region=${region}#/functions/${name}`,
  },
  {
    service: "rds",
    name: /^db:([\w-]+)$/,
    path: ({ region }, name) => `/rds/home?region=${region}#database:id=${name};is-cluster=false`,
  },
  {
    service: "rds",
    name: /^cluster:([\w-]+)$/,
    path: ({ region }, name) => `/rds/home?region=${region}#database:id=${name};is-cluster=true`,
  },
  {
    service: "dynamodb",
    name: /^table\/([\w.-]+)/,
    path: ({ region }, name) => `/dynamodbv2/home?region=${region}#table?name=${name}`,
  },
  {
    service: "kms",
    name: /^key\/([\w-]+)$/,
    path: ({ region }, id) => `/kms/home?region=${region}#/kms/keys/${id}`,
  },
  {
    service: "cloudtrail",
    name: /^trail\/(.+)$/,
    path: ({ arn, region }) => `/cloudtrailv2/home?region=${region}#/trails/${encoded(arn)}`,
  },
  {
    service: "eks",
    name: /^cluster\/([\w-]+)$/,
    path: ({ region }, name) => `/eks/clusters/${name}?region=${region}`,
  },
  {
    service: "ecr",
    name: /^repository\/([\w./-]+?)(?:\/sha256:.*)?$/,
    path: ({ account, region }, name) => `/ecr/repositories/private/${encoded(account)}/${name}?region=${region}`,
  },
  {
    service: "cloudformation",
    name: /^(stack\/.+)$/,
    path: ({ arn, region }) => `/cloudformation/home?region=${region}#/stacks/stackinfo?stackId=${encoded(arn)}`,
  },
];
