import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, it, vi } from "vitest";
import type { FailedStack } from "../../components/baseline/stacksEverywhere";
import { told } from "../../stacks/failedStacks";
import { uncovered } from "../../stacks/uncovered";
import { recorded, valuesOf } from "../pulumi/recorded";

const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();
beforeEach(() => {
  warn.mockClear();
  info.mockClear();
});

const outputOf = async (warnings: string[], lacking: string[]) =>
  (
    await recorded(async () =>
      valuesOf({ uncovered: uncovered({ warnings: pulumi.output(warnings), lacking: pulumi.output(lacking) }) }),
    )
  ).result.uncovered;

it("warns of accounts that AWS refused, each once, and gives them before those that lack a region", async () => {
  const found = await outputOf(["account 1 is not covered", "account 2 is not covered"], ["account 3 lacks"]);

  expect(found).toEqual(["account 1 is not covered", "account 2 is not covered", "account 3 lacks"]);
  expect(warn).toHaveBeenCalledOnce();
  expect(String(warn.mock.calls[0]?.[0]).split("\n").slice(1)).toEqual([
    "  account 1 is not covered",
    "  account 2 is not covered",
  ]);
});

it("warns of nothing where accounts only lack a region", async () => {
  expect(await outputOf([], ["account 3 lacks"])).toEqual(["account 3 lacks"]);
  expect(warn).not.toHaveBeenCalled();
});

it("tells stacks that failed for want of the region apart from what needs doing", () => {
  const failed: FailedStack[] = [
    { account: "111111111111", region: "us-east-1", reason: "a recorder is there already" },
    { account: "333333333333", region: "ap-east-1", reason: "Region ap-east-1 is not enabled in account 333333333333" },
  ];

  expect(told(failed, "Do this.")).toEqual(failed);

  expect(warn.mock.calls.map(([words]) => words)).toEqual([
    "Do this.\n  111111111111 us-east-1: a recorder is there already",
  ]);
  expect(info.mock.calls.map(([words]) => words)).toEqual([
    expect.stringMatching(/nothing is to be done: 333333333333 ap-east-1\.$/),
  ]);
});
