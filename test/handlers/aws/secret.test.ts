import { describe, expect, it } from "vitest";
import { refused } from "../../../handlers/alert/errors";
import { type Secret, withSecret } from "../../../handlers/aws/secret";

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
