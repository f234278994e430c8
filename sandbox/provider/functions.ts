import type { Role } from "@aws-sdk/client-iam";
import { accountShape, everyPage, organizationFunctions } from "./organizationFunctions";
import type { ProviderFunction } from "./resource";
import type { Scope } from "./scope";

/** The data sources that are supported, by token. */
export const functions: Readonly<Record<string, ProviderFunction>> = {
  ...organizationFunctions,

  "aws:index/getCallerIdentity:getCallerIdentity": {
    async call(aws) {
      const caller = await aws.sts.getCallerIdentity({});
      return { id: caller.Account, accountId: caller.Account, arn: caller.Arn, userId: caller.UserId };
    },
  },

  "aws:index/getPartition:getPartition": {
    call: async ({ partition }) => ({
      id: partition,
      partition,
      dnsSuffix: partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com",
      reverseDnsPrefix: partition === "aws-cn" ? "cn.com.amazonaws" : "com.amazonaws",
    }),
  },

  "aws:index/getRegion:getRegion": {
    call: async ({ region }) => ({
      id: region,
      region,
      name: region,
      description: region,
      endpoint: `ec2.${region}.amazonaws.com`,
    }),
  },

  "aws:index/getRegions:getRegions": {
    call: async ({ partition, region, regions }) => ({ id: partition, names: [...regions].sort(), region }),
  },

  "aws:iam/getRoles:getRoles": {
    args: ["nameRegex", "pathPrefix"],
    async call(aws, { nameRegex, pathPrefix }) {
      const names = typeof nameRegex === "string" ? new RegExp(nameRegex) : /^/;
      const roles = await everyRole(aws, typeof pathPrefix === "string" ? pathPrefix : undefined);
      const found = roles.filter(({ RoleName = "" }) => names.test(RoleName));
      return { id: aws.region, names: found.map(({ RoleName }) => RoleName), arns: found.map(({ Arn }) => Arn) };
    },
  },

  "aws:iam/getRole:getRole": {
    args: ["name"],
    async call({ iam }, { name }) {
      const { Role: role } = await iam.getRole({ RoleName: String(name) });
      return {
        id: role?.RoleName,
        name: role?.RoleName,
        arn: role?.Arn,
        path: role?.Path,
        uniqueId: role?.RoleId,
        description: role?.Description,
        createDate: role?.CreateDate?.toISOString(),
        maxSessionDuration: role?.MaxSessionDuration,
        permissionsBoundary: role?.PermissionsBoundary?.PermissionsBoundaryArn,
        assumeRolePolicy: decodeURIComponent(role?.AssumeRolePolicyDocument ?? ""),
        tags: Object.fromEntries((role?.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
      };
    },
  },

  "aws:organizations/getOrganization:getOrganization": {
    args: ["returnOrganizationOnly"],
    async call(aws, { returnOrganizationOnly }) {
      const { Organization: organization } = await aws.organizations.describeOrganization({});
      const described = {
        id: organization?.Id,
        arn: organization?.Arn,
        featureSet: organization?.FeatureSet,
        masterAccountArn: organization?.MasterAccountArn,
        masterAccountEmail: organization?.MasterAccountEmail,
        masterAccountId: organization?.MasterAccountId,
      };
      // A member that administers nothing may not read more, which the official provider passes over.
      const more = returnOrganizationOnly
        ? undefined
        : await administered(aws, described.masterAccountId).catch((error: Error) => {
            if (error.name === "AccessDeniedException" && aws.account !== described.masterAccountId) return undefined;
            throw error;
          });
      return { ...NOTHING_READ, ...described, ...more };
    },
  },

  "aws:guardduty/getDetector:getDetector": {
    args: ["id"],
    async call({ guardduty, region, partition, account }, args) {
      const id = typeof args.id === "string" ? args.id : (await guardduty.listDetectors({})).DetectorIds?.[0];
      if (!id) throw new Error("reading GuardDuty Detector: empty result: no detector in this account and region");
      const detector = await guardduty.getDetector({ DetectorId: id });
      return {
        id,
        arn: `arn:${partition}:guardduty:${region}:${account}:detector/${id}`,
        region,
        status: detector.Status,
        serviceRoleArn: detector.ServiceRole,
        findingPublishingFrequency: detector.FindingPublishingFrequency,
        features: (detector.Features ?? []).map((feature) => ({
          name: feature.Name,
          status: feature.Status,
          additionalConfigurations: (feature.AdditionalConfiguration ?? []).map(({ Name, Status }) => ({
            name: Name,
            status: Status,
          })),
        })),
        tags: detector.Tags ?? {},
      };
    },
  },
};

const NOTHING_READ = {
  masterAccountName: "",
  accounts: [],
  nonMasterAccounts: [],
  roots: [],
  awsServiceAccessPrincipals: [],
  enabledPolicyTypes: [],
};

/** What the management account and delegated administrators may read of their organization. */
async function administered({ organizations }: Scope, masterAccountId: string | undefined) {
  const accounts = await everyPage(async (NextToken) => {
    const page = await organizations.listAccounts({ NextToken });
    return { items: page.Accounts, NextToken: page.NextToken };
  });
  const services = await everyPage(async (NextToken) => {
    const page = await organizations.listAWSServiceAccessForOrganization({ NextToken });
    return { items: page.EnabledServicePrincipals, NextToken: page.NextToken };
  });
  // An organization has one.
  const { Roots: roots = [] } = await organizations.listRoots({});
  const listed = accounts.map(accountShape);
  const master = listed.find(({ id }) => id === masterAccountId);
  return {
    masterAccountName: master?.name,
    accounts: listed,
    nonMasterAccounts: listed.filter((account) => account !== master),
    roots: roots.map((root) => ({
      arn: root.Arn,
      id: root.Id,
      name: root.Name,
      policyTypes: (root.PolicyTypes ?? []).map(({ Status, Type }) => ({ status: Status, type: Type })),
    })),
    awsServiceAccessPrincipals: services.map(({ ServicePrincipal }) => ServicePrincipal),
    enabledPolicyTypes: (roots[0]?.PolicyTypes ?? [])
      .filter(({ Status }) => Status === "ENABLED")
      .map(({ Type }) => Type),
  };
}

async function everyRole({ iam }: Scope, pathPrefix: string | undefined): Promise<Role[]> {
  const roles: Role[] = [];
  let marker: string | undefined;
  do {
    const page = await iam.listRoles({ PathPrefix: pathPrefix, Marker: marker });
    roles.push(...(page.Roles ?? []));
    marker = page.Marker;
  } while (marker);
  return roles;
}
