import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Settings } from "../../settings";
import { suppressed } from "../../stacks/suppressions";
import { recorded } from "../pulumi/recorded";

const NOW = Date.parse("2027-03-01T00:00:00Z");
const REGIONS = ["ap-northeast-1", "us-east-1"];
const decision = { control: ["S3.8"], reason: "risk_accepted" as const, owner: "platform team", note: "SEC-123" };
const endless = { ...decision, name: "endless", reason: "no_fix" as const };
const later = { ...decision, name: "later", expires: "2027-12-31T14:59:59.999Z" };
const soon = { ...decision, name: "soon", expires: "2027-03-30T00:00:00.000Z" };
const over = { ...decision, name: "over", expires: "2027-02-28T14:59:59.999Z" };

class Hub extends pulumi.ComponentResource {
  constructor() {
    super("test:Hub", "hub");
  }
}

const warn = vi.spyOn(pulumi.log, "warn");
const info = vi.spyOn(pulumi.log, "info");
beforeEach(() => {
  warn.mockResolvedValue();
  info.mockResolvedValue();
});
afterEach(() => vi.clearAllMocks());

const run = (suppressions: Settings["suppressions"], now: number) =>
  recorded(() => suppressed({ suppressions }, REGIONS, new Hub(), {}, now));

it("gives the expiries, the next one first, and those that are over too", async () => {
  const { result } = await run([endless, later, over, soon], NOW);

  expect(result).toEqual([
    { name: "over", owner: "platform team", expires: "2027-02-28T14:59:59.999Z" },
    { name: "soon", owner: "platform team", expires: "2027-03-30T00:00:00.000Z" },
    { name: "later", owner: "platform team", expires: "2027-12-31T14:59:59.999Z" },
  ]);
});

it("makes and gives the same whatever the time", async () => {
  const before = await run([endless, later, over, soon], NOW - 365 * 24 * 60 * 60 * 1000);
  const after = await run([endless, later, over, soon], NOW + 10 * 365 * 24 * 60 * 60 * 1000);

  expect(after).toEqual(before);
  expect(after.resources).toHaveLength(2 + 4 * REGIONS.length);
});

it("warns in the log of one that has expired, and says thirty days ahead which will", async () => {
  await run([endless, later, over, soon], NOW);

  expect(warn.mock.calls.map(([text]) => text)).toEqual([
    'hakken:suppressions: "over" of platform team expired at 2027-02-28T14:59:59.999Z and does nothing any more. Take it out, or decide anew and set another date. What it had suppressed has been set back to NEW.',
  ]);
  expect(info.mock.calls.map(([text]) => text)).toEqual([
    'hakken:suppressions: "soon" of platform team expires at 2027-03-30T00:00:00.000Z.',
  ]);
});

it("warns of one whose regions the audit account lacks", async () => {
  const { resources } = await run([{ ...endless, region: ["ap-northeast-3"] }], NOW);

  expect(resources.map(({ name }) => name)).toEqual(["hub", "suppressions"]);
  expect(warn.mock.calls.map(([text]) => text)).toEqual([
    'hakken:suppressions: "endless" is made nowhere, since the audit account has none of its regions: ap-northeast-3.',
  ]);
});

it("makes nothing, and says nothing, where there is none", async () => {
  const { resources, result } = await run([], NOW);

  expect([resources.map(({ name }) => name), result, warn.mock.calls, info.mock.calls]).toEqual([["hub"], [], [], []]);
});
