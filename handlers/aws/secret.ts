import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { isBroken, isRefused } from "../alert/errors";

/** A warm function reads a secret again after this long, so that a rotated one comes into use. */
const KEEP_MILLISECONDS = 5 * 60_000;

/** Gives a secret's value; one read by this function within the last five minutes, unless a fresh one is asked for. */
export type Secret = (options?: { fresh: boolean }) => Promise<string>;

/** Reads a secret at run time. */
export function secretReader(client: SecretsManagerClient, secretId: string): Secret {
  let kept: { value: string; until: number } | undefined;
  return async (options) => {
    if (kept && !options?.fresh && Date.now() < kept.until) return kept.value;
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    const value = alone(SecretString, secretId);
    kept = { value, until: Date.now() + KEEP_MILLISECONDS };
    return value;
  };
}

/** A secret that a person has made may end with its file's line break, or be what the console makes of it by default. */
function alone(text: string | undefined, secretId: string): string {
  const value = text?.trim();
  if (!value) throw new Error(`The secret ${secretId} holds no text`);
  if (value.startsWith("{")) {
    throw new Error(`The secret ${secretId} holds keys and values: store the token or key alone, as plaintext`);
  }
  return value;
}

/** Makes a call with a secret. What is refused, and so was not taken, is called once more if the secret has been rotated meanwhile. */
export async function withSecret<T>(secret: Secret, call: (value: string) => Promise<T>): Promise<T> {
  const value = await secret();
  try {
    return await call(value);
  } catch (error) {
    if (!isRefused(error) && !isBroken(error)) throw error;
    const current = await secret({ fresh: true });
    if (current === value) throw error;
    return call(current);
  }
}
