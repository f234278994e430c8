import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Account } from "../../../ops/adopt/account";
import { FINDERS } from "../../../ops/adopt/finders";
import type { Around, Inputs, Sought } from "../../../ops/adopt/finding";
import { AUDIT, HOME, LINKED, MANAGEMENT, RunningPlane, UNIT } from "../../sandbox/doubles/plane";

const plane = new RunningPlane();
beforeAll(() => plane.start());
afterAll(() => plane.close());

/** The account, by its root, in the doubles. */
const account = (id: string): Account => ({
  id,
  client: (Client, region) =>
    new (Client as new (config: object) => InstanceType<typeof Client>)({
      region,
      credentials: { accessKeyId: id, secretAccessKey: "any" },
      endpoint: plane.endpoint(Client.name === "Organizations" ? "organizations" : "securityhub"),
    }),
  once: (_question, ask) => ask(),
  close: () => {},
});

const find = (type: string, inputs: Inputs & { region: string }) => {
  const sought: Sought = { type, name: "one", urn: "urn", region: inputs.region, inputs, protect: true };
  return FINDERS[type]?.(sought, { account: account(AUDIT), homeRegion: HOME, all: [sought] });
};

describe("what Security Hub V2 has", () => {
  const AGGREGATOR = "aws:securityhub/aggregatorV2:AggregatorV2";

  it("is its aggregator, in the way where its home region is another; nothing where V2 is off", async () => {
    const off = await find(AGGREGATOR, { region: HOME });
    await plane.securityHub(AUDIT).enableSecurityHubV2({});
    const none = await find(AGGREGATOR, { region: HOME });
    await plane.securityHub(AUDIT, LINKED).enableSecurityHubV2({});
    const linked = { RegionLinkingMode: "SPECIFIED_REGIONS", LinkedRegions: [LINKED] };
    const { AggregatorV2Arn } = await plane.securityHub(AUDIT).createAggregatorV2(linked);

    const there = await find(AGGREGATOR, { region: HOME });
    const elsewhere = await find(AGGREGATOR, { region: LINKED });

    expect([off, none]).toEqual([undefined, undefined]);
    expect(there).toEqual({
      id: AggregatorV2Arn,
      now: { regionLinkingMode: "SPECIFIED_REGIONS", linkedRegions: [LINKED] },
    });
    expect(elsewhere).toMatchObject({
      what: `Security Hub V2 gathers findings in ${HOME}, and not in ${LINKED}`,
      fix: expect.stringContaining(`delete-aggregator-v2 --aggregator-v2-arn ${AggregatorV2Arn} --region ${HOME}`),
    });
  });

  it("is each of several policies' own attachments, by the names", async () => {
    const organizations = plane.organizations(MANAGEMENT);
    const { Roots = [] } = await organizations.listRoots({});
    await organizations.enablePolicyType({ RootId: Roots[0]?.Id, PolicyType: "SECURITYHUB_POLICY" });
    const lists = { enable_in_regions: { "@@assign": [HOME] }, disable_in_regions: { "@@assign": [] } };
    const ids: Record<string, string | undefined> = {};
    for (const Name of ["on", "off"]) {
      const Content = JSON.stringify({ securityhub: lists });
      const made = await organizations.createPolicy({ Content, Description: "", Name, Type: "SECURITYHUB_POLICY" });
      ids[Name] = made.Policy?.PolicySummary?.Id;
    }
    await organizations.attachPolicy({ PolicyId: ids.off, TargetId: UNIT });
    const sought = (type: string, name: string, inputs: Inputs): Sought => ({
      type: `aws:organizations/${type}`,
      name,
      urn: `urn:pulumi:s::p::our:Component$aws:organizations/${type}::${name}`,
      inputs,
      protect: true,
    });
    const policies = ["on", "off"].map((name) =>
      sought("policy:Policy", name === "on" ? "v2-policy" : "v2-off-policy", { name, type: "SECURITYHUB_POLICY" }),
    );
    const around: Around = { account: account(MANAGEMENT), homeRegion: HOME, all: policies };
    const attached = (name: string) => {
      const one = sought("policyAttachment:PolicyAttachment", name, { targetId: UNIT });
      return FINDERS[one.type]?.(one, around);
    };

    expect(await attached(`v2-off-${UNIT}`)).toEqual({ id: `${UNIT}:${ids.off}`, now: { targetId: UNIT } });
    expect(await attached(`v2-${UNIT}`)).toBeUndefined();
  });
});
