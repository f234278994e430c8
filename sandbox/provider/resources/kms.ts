import type { AliasArgs } from "@pulumi/aws/kms/alias";
import type { KeyArgs } from "@pulumi/aws/kms/key";
import { type ResourceType, resource } from "../resource";

const keyTags = (tags: Record<string, string> | undefined) =>
  tags && Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));

export const kms: Record<string, ResourceType> = {
  "aws:kms/key:Key": resource<KeyArgs>({
    inputs: {
      description: true,
      policy: true,
      enableKeyRotation: true,
      deletionWindowInDays: true,
      isEnabled: true,
      keyUsage: true,
      multiRegion: true,
      tags: true,
    },
    replaceOn: ["keyUsage", "multiRegion"],
    policies: ["policy"],
    async create({ kms }, inputs, made) {
      const { KeyMetadata: key } = await kms.createKey({
        Description: inputs.description,
        Policy: inputs.policy,
        KeyUsage: inputs.keyUsage as "ENCRYPT_DECRYPT" | undefined,
        MultiRegion: inputs.multiRegion,
        Tags: keyTags(inputs.tags),
      });
      const id = String(key?.KeyId);
      made(id);
      if (inputs.enableKeyRotation) await kms.enableKeyRotation({ KeyId: id });
      if (inputs.isEnabled === false) await kms.disableKey({ KeyId: id });
      return id;
    },
    async read({ kms }, id) {
      const { KeyMetadata: key } = await kms.describeKey({ KeyId: id });
      // A key that waits for its deletion counts as gone, as with the official provider.
      if (key?.KeyState === "PendingDeletion") return undefined;
      const { Policy: policy } = await kms.getKeyPolicy({ KeyId: id, PolicyName: "default" });
      const { KeyRotationEnabled } = await kms.getKeyRotationStatus({ KeyId: id });
      return {
        keyId: id,
        arn: key?.Arn,
        description: key?.Description,
        isEnabled: key?.Enabled,
        keyUsage: key?.KeyUsage,
        multiRegion: key?.MultiRegion,
        enableKeyRotation: KeyRotationEnabled,
        policy,
      };
    },
    async update({ kms }, id, inputs, changed) {
      if (changed.has("description"))
        await kms.updateKeyDescription({ KeyId: id, Description: inputs.description ?? "" });
      if (changed.has("policy") && inputs.policy)
        await kms.putKeyPolicy({ KeyId: id, PolicyName: "default", Policy: inputs.policy });
      if (changed.has("enableKeyRotation"))
        await (inputs.enableKeyRotation ? kms.enableKeyRotation({ KeyId: id }) : kms.disableKeyRotation({ KeyId: id }));
      if (changed.has("isEnabled"))
        await (inputs.isEnabled === false ? kms.disableKey({ KeyId: id }) : kms.enableKey({ KeyId: id }));
    },
    delete: ({ kms }, id, inputs) =>
      kms.scheduleKeyDeletion({ KeyId: id, PendingWindowInDays: inputs.deletionWindowInDays ?? 30 }),
    tags: {
      put: ({ kms }, { keyId }, tags) => kms.tagResource({ KeyId: String(keyId), Tags: keyTags(tags) }),
      remove: ({ kms }, { keyId }, keys) => kms.untagResource({ KeyId: String(keyId), TagKeys: keys }),
    },
  }),

  "aws:kms/alias:Alias": resource<AliasArgs>({
    inputs: { name: true, targetKeyId: true },
    replaceOn: ["name"],
    autoName: { input: "name", prefix: "alias/" },
    async create({ kms }, inputs) {
      await kms.createAlias({ AliasName: inputs.name, TargetKeyId: inputs.targetKeyId });
      return String(inputs.name);
    },
    async read({ kms, region, partition, account }, id, inputs) {
      for (let Marker: string | undefined, more = true; more; ) {
        const page = await kms.listAliases({ Marker });
        const alias = page.Aliases?.find(({ AliasName }) => AliasName === id);
        if (alias) {
          const key = String(alias.TargetKeyId);
          return {
            name: id,
            arn: alias.AliasArn,
            // A key's id and its ARN name the same key.
            targetKeyId: String(inputs.targetKeyId).endsWith(key) ? inputs.targetKeyId : key,
            targetKeyArn: `arn:${partition}:kms:${region}:${account}:key/${key}`,
          };
        }
        Marker = page.NextMarker;
        more = Boolean(Marker);
      }
      return undefined;
    },
    update: ({ kms }, id, inputs) => kms.updateAlias({ AliasName: id, TargetKeyId: inputs.targetKeyId }),
    delete: ({ kms }, id) => kms.deleteAlias({ AliasName: id }),
  }),
};
