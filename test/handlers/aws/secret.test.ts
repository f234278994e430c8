import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { describe, expect, it } from "vitest";
import { refused } from "../../../handlers/alert/errors";
import { type Secret, secretReader, withSecret } from "../../../handlers/aws/secret";

/** A secret that a warm function has read before it was rotated. */
function rotated(): { secret: Secret; reads: boolean[] } {
  const reads: boolean[] = [];
  const secret: Secret = async (options) => {
    reads.push(Boolean(options?.fresh));
    return options?.fresh ? "new" : "old";
  };
  return { secret, reads };
}

describe("a call with a secret", () => {
  it("is made once more with the rotated secret when it was refused", async () => {
    const { secret } = rotated();

    const used = await withSecret(secret, async (value) => {
      if (value === "old") throw refused("invalid_auth");
      return value;
    });

    expect(used).toBe("new");
  });

  it("stays refused where the secret is still the same", async () => {
    let calls = 0;
    const call = async () => {
      calls++;
      throw refused("channel_not_found");
    };

    await expect(withSecret(async () => "same", call)).rejects.toThrow("channel_not_found");
    expect(calls).toBe(1);
  });

  it("is not made again when it may have been taken", async () => {
    const { secret, reads } = rotated();
    const call = async () => {
      throw new Error("not answered");
    };

    await expect(withSecret(secret, call)).rejects.toThrow("not answered");
    expect(reads).toEqual([false]);
  });
});

describe("a secret that somebody else made", () => {
  const reading = (SecretString: string) => {
    const client = new SecretsManagerClient({ region: "ap-northeast-1" });
    client.send = async () => ({ SecretString });
    return secretReader(client, "arn:of:secret")();
  };

  it("is taken without the line break that its file ended with", async () => {
    await expect(reading("xoxb-1\n")).resolves.toBe("xoxb-1");
  });

  it.each([
    ["keys and values, as the console stores a secret by default", '{"token":"xoxb-1"}', "keys and values"],
    ["nothing but space", " \n", "holds no text"],
  ])("is refused by name, without its value, where it holds %s", async (_what, text, problem) => {
    const attempt = reading(text);

    await expect(attempt).rejects.toThrow(problem);
    await expect(attempt).rejects.toThrow("arn:of:secret");
    await expect(attempt).rejects.not.toThrow("xoxb-1");
  });
});
