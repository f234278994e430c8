import type { SecretArgs } from "@pulumi/aws/secretsmanager/secret";
import type { SecretVersionArgs } from "@pulumi/aws/secretsmanager/secretVersion";
import { found, type ResourceType, resource, tagList } from "../resource";

export const secrets: Record<string, ResourceType> = {
  "aws:secretsmanager/secret:Secret": resource<SecretArgs>({
    inputs: { name: true, description: true, kmsKeyId: true, policy: true, recoveryWindowInDays: true, tags: true },
    replaceOn: ["name"],
    policies: ["policy"],
    async create({ secrets }, inputs, made) {
      const { ARN } = await secrets.createSecret({
        Name: inputs.name,
        Description: inputs.description,
        KmsKeyId: inputs.kmsKeyId,
        Tags: tagList(inputs.tags),
      });
      const id = String(ARN);
      made(id);
      if (inputs.policy) await secrets.putResourcePolicy({ SecretId: id, ResourcePolicy: inputs.policy });
      return id;
    },
    async read({ secrets }, id) {
      const now = await secrets.describeSecret({ SecretId: id });
      if (now.DeletedDate) return undefined;
      const policy = await found(secrets.getResourcePolicy({ SecretId: id }));
      return {
        arn: id,
        name: now.Name,
        description: now.Description,
        kmsKeyId: now.KmsKeyId,
        policy: policy?.ResourcePolicy ?? "",
      };
    },
    async update({ secrets }, id, inputs, changed) {
      if (changed.has("description") || changed.has("kmsKeyId"))
        await secrets.updateSecret({
          SecretId: id,
          Description: inputs.description ?? "",
          KmsKeyId: inputs.kmsKeyId ?? "alias/aws/secretsmanager",
        });
      if (changed.has("policy"))
        await (inputs.policy
          ? secrets.putResourcePolicy({ SecretId: id, ResourcePolicy: inputs.policy })
          : secrets.deleteResourcePolicy({ SecretId: id }));
    },
    delete({ secrets }, id, { recoveryWindowInDays: days = 30 }) {
      return secrets.deleteSecret({
        SecretId: id,
        ...(days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days }),
      });
    },
    tags: {
      put: ({ secrets }, { arn }, tags) => secrets.tagResource({ SecretId: String(arn), Tags: tagList(tags) }),
      remove: ({ secrets }, { arn }, keys) => secrets.untagResource({ SecretId: String(arn), TagKeys: keys }),
    },
  }),

  "aws:secretsmanager/secretVersion:SecretVersion": resource<SecretVersionArgs>({
    inputs: { secretId: true, secretString: true, versionStages: true },
    replaceOn: ["secretId", "secretString", "versionStages"],
    async create({ secrets }, inputs) {
      const answer = await secrets.putSecretValue({
        SecretId: inputs.secretId,
        SecretString: inputs.secretString,
        VersionStages: inputs.versionStages,
      });
      return `${inputs.secretId}|${answer.VersionId}`;
    },
    async read({ secrets }, id, { secretId, versionStages }) {
      const now = await secrets
        .getSecretValue({ SecretId: secretId, VersionId: id.split("|").pop() })
        .catch((error) => {
          if (/marked (for deletion|deleted)/i.test(error.message)) return undefined;
          throw error;
        });
      return (
        now && {
          arn: now.ARN,
          secretArn: now.ARN,
          secretId,
          secretString: now.SecretString,
          versionId: now.VersionId,
          // The labels move on as newer versions come; only those that the program names are its own.
          versionStages: versionStages ?? now.VersionStages,
          hasSecretStringWo: false,
        }
      );
    },
    async delete({ secrets }, id, { secretId }) {
      const version = String(id.split("|").pop());
      const { VersionIdsToStages: stages = {} } = await secrets.describeSecret({ SecretId: secretId });
      // AWSCURRENT can't be taken from the newest version: that one goes with its secret.
      for (const stage of (stages[version] ?? []).filter((label) => label !== "AWSCURRENT"))
        await secrets.updateSecretVersionStage({
          SecretId: secretId,
          VersionStage: stage,
          RemoveFromVersionId: version,
        });
    },
  }),
};
