import { describe, expect, it, vi } from "vitest";
import { audit } from "../../stacks/audit";
import { skippedRegions } from "../../stacks/controlTower";
import { management } from "../../stacks/management";
import { member } from "../../stacks/member";
import { recorded } from "../pulumi/recorded";
import { auditOutputs, auditSettings, aws, outputs, plainSettings } from "./settings";

// The pipeline has tests of its own, on the compiled program, since its handlers can't be serialized from what vitest makes.
vi.mock("../../components/notification/NotificationPipeline", () => ({ NotificationPipeline: class {} }));

const tower = { controlTower: { skippedRegions: [] }, memberRecorders: { excludedAccounts: [] } };
const administrators = (...ids: string[]) => ({
  "aws:organizations/getDelegatedAdministrators:getDelegatedAdministrators": ({
    servicePrincipal,
  }: Record<string, unknown>) => ({
    delegatedAdministrators: servicePrincipal === "config.amazonaws.com" ? ids.map((id) => ({ id })) : [],
  }),
});
const answers = {
  ...aws,
  ...outputs({ "organization/hakken/audit": auditOutputs }),
  ...administrators("444455556666"),
};
const ofConfig = (resources: readonly { type: string; name: string }[]) =>
  resources.filter(({ type, name }) => /^aws:cfg/.test(type) || /^config-admin/.test(name)).map(({ name }) => name);

describe("beside Control Tower", () => {
  it("nothing of AWS Config is made in the audit account and in member accounts", async () => {
    const own = await recorded(() => audit({ ...auditSettings(), ...tower }), { answers });
    const others = await recorded(() => member({ ...plainSettings("member", "777788889999"), ...tower }), { answers });

    expect([ofConfig(own.resources), ofConfig(others.resources)]).toEqual([[], []]);
  });

  it("a member account that it does not govern is recorded where its own settings say so", async () => {
    const settings = { ...plainSettings("member", "777788889999"), ...tower, recorder: "managed" as const };

    const { resources } = await recorded(() => member(settings), { answers });

    expect(resources.filter(({ type }) => type === "aws:cfg/recorder:Recorder")).toHaveLength(3);
  });

  it("the management account is recorded, and AWS Config's administrator left as it is", async () => {
    const settings = { ...plainSettings("management", "111122223333"), ...tower };

    const { resources } = await recorded(() => management(settings), { answers });

    expect(resources.filter(({ type }) => type === "aws:cfg/recorder:Recorder")).toHaveLength(3);
    expect(resources.filter(({ name }) => name.startsWith("config-admin"))).toEqual([]);
  });

  it.each([
    [[], "is no administrator of AWS Config; nobody is."],
    [["999900001111"], "is no administrator of AWS Config; that is 999900001111."],
  ])("says how the audit account becomes it, before anything is made: %j", async (ids, words) => {
    const settings = { ...plainSettings("management", "111122223333"), ...tower };

    const attempt = recorded(() => management(settings), { answers: { ...answers, ...administrators(...ids) } });

    await expect(attempt).rejects.toThrow(words);
    await expect(attempt).rejects.toThrow(
      "aws organizations register-delegated-administrator --account-id 444455556666 --service-principal config.amazonaws.com",
    );
  });
});

describe("the output skippedRegions", () => {
  const skipped = (region: string) => ({
    ...plainSettings("member", "777788889999"),
    controlTower: { skippedRegions: [{ region, reason: "closed" }] },
  });

  it("says which regions are left out, and why; none of which is about to be left", () => {
    expect(skippedRegions(skipped("eu-west-1"))).toEqual(["eu-west-1: closed"]);
    expect(skippedRegions(skipped("us-east-1"))).toEqual([]);
  });

  it("is not there without Control Tower", () => {
    expect(skippedRegions(plainSettings("member", "777788889999"))).toBeUndefined();
  });
});
