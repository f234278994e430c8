import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** A warm function reads a secret again after this long, so that a rotated one comes into use. */
const KEEP_MILLISECONDS = 5 * 60_000;

/** Reads a secret at run time and keeps it for five minutes. */
export function secretReader(client: SecretsManagerClient, secretId: string): () => Promise<string> {
  let kept: { value: string; until: number } | undefined;
  return async () => {
    if (kept && Date.now() < kept.until) return kept.value;
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    if (!SecretString) throw new Error(`The secret ${secretId} holds no text`);
    kept = { value: SecretString, until: Date.now() + KEEP_MILLISECONDS };
    return SecretString;
  };
}
