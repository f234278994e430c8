import type { ProviderFunction } from "./resource";

/** The data sources that are supported, by token. */
export const functions: Readonly<Record<string, ProviderFunction>> = {
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

  "aws:organizations/getOrganization:getOrganization": {
    async call({ organizations }) {
      const { Organization: organization } = await organizations.describeOrganization({});
      const { Accounts: accounts = [] } = await organizations.listAccounts({});
      const { Roots: roots = [] } = await organizations.listRoots({});
      const { EnabledServicePrincipals: services = [] } = await organizations.listAWSServiceAccessForOrganization({});
      const listed = accounts.map((account) => ({
        arn: account.Arn,
        email: account.Email,
        id: account.Id,
        joinedMethod: account.JoinedMethod,
        joinedTimestamp: account.JoinedTimestamp?.toISOString(),
        name: account.Name,
        state: account.State ?? account.Status,
        status: account.Status,
      }));
      const master = listed.find(({ id }) => id === organization?.MasterAccountId);
      return {
        id: organization?.Id,
        arn: organization?.Arn,
        featureSet: organization?.FeatureSet,
        masterAccountArn: organization?.MasterAccountArn,
        masterAccountEmail: organization?.MasterAccountEmail,
        masterAccountId: organization?.MasterAccountId,
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
