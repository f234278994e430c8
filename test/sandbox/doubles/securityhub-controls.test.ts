import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memberOf } from "../../../sandbox/doubles/cloudformation/memberResources";
import { deploy, remove } from "../../../sandbox/doubles/cloudformation/stack";
import type { Wanted } from "../../../sandbox/doubles/cloudformation/template";
import { errorOf, HOME, PROD, RunningPlane } from "./plane";

const FSBP = `arn:aws:securityhub:${HOME}::standards/aws-foundational-security-best-practices/v/1.0.0`;
const CIS = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0";
const controlArn = (path: string) => `arn:aws:securityhub:${HOME}:${PROD}:control/${path}`;

let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane().start();
});
afterEach(() => running.close());

const prod = () => running.securityHub(PROD);
const statuses = async (SecurityControlId: string) =>
  (
    (await prod().listStandardsControlAssociations({ SecurityControlId })).StandardsControlAssociationSummaries ?? []
  ).map(({ StandardsArn, AssociationStatus, UpdatedReason }) => [StandardsArn, AssociationStatus, UpdatedReason]);
const parameters = async (id: string) =>
  (await prod().batchGetSecurityControls({ SecurityControlIds: [id] })).SecurityControls?.[0]?.Parameters;

describe("controls of an account", () => {
  it("are switched off in one standard, with a reason, and come back with it", async () => {
    await prod().enableSecurityHub({});
    const { UnprocessedAssociationUpdates } = await prod().batchUpdateStandardsControlAssociations({
      StandardsControlAssociationUpdates: [
        { StandardsArn: FSBP, SecurityControlId: "IAM.6", AssociationStatus: "DISABLED", UpdatedReason: "no root" },
      ],
    });
    const off = await statuses("IAM.6");
    const { StandardsSubscriptions = [] } = await prod().getEnabledStandards({});
    const subscription = StandardsSubscriptions.find(({ StandardsArn }) => StandardsArn === FSBP);
    await prod().batchDisableStandards({ StandardsSubscriptionArns: [subscription?.StandardsSubscriptionArn ?? ""] });
    await prod().batchEnableStandards({ StandardsSubscriptionRequests: [{ StandardsArn: FSBP }] });

    expect(UnprocessedAssociationUpdates).toEqual([]);
    expect(off).toEqual([
      [FSBP, "DISABLED", "no root"],
      [CIS, "ENABLED", undefined],
    ]);
    expect(await statuses("IAM.6")).toContainEqual([FSBP, "ENABLED", undefined]);
  });

  it("are refused by their standard where it lacks them, or is off, and without a reason", async () => {
    await prod().enableSecurityHub({ EnableDefaultStandards: false });
    await prod().batchEnableStandards({ StandardsSubscriptionRequests: [{ StandardsArn: FSBP }] });
    const update = (StandardsArn: string, SecurityControlId: string, UpdatedReason?: string) => ({
      StandardsArn,
      SecurityControlId,
      AssociationStatus: "DISABLED" as const,
      UpdatedReason,
    });

    const { UnprocessedAssociationUpdates: refused = [] } = await prod().batchUpdateStandardsControlAssociations({
      StandardsControlAssociationUpdates: [
        update(FSBP, "S3.11", "a"),
        update(CIS, "IAM.6", "a"),
        update(FSBP, "IAM.6"),
      ],
    });
    const legacy = await errorOf(
      prod().updateStandardsControl({
        StandardsControlArn: controlArn("cis-aws-foundations-benchmark/v/1.2.0/1.14"),
        ControlStatus: "DISABLED",
        DisabledReason: "no root",
      }),
    );

    expect(refused.map(({ ErrorCode }) => ErrorCode)).toEqual(["NOT_FOUND", "NOT_FOUND", "INVALID_INPUT"]);
    expect(legacy).toMatchObject({ name: "ResourceNotFoundException", message: expect.stringContaining("not found") });
  });

  it("take parameters that they have, within their bounds", async () => {
    await prod().enableSecurityHub({});
    const set = (SecurityControlId: string, name: string, Value: { Integer: number }) =>
      prod().updateSecurityControl({ SecurityControlId, Parameters: { [name]: { ValueType: "CUSTOM", Value } } });

    await set("IAM.7", "MaxPasswordAge", { Integer: 60 });

    const wrong = await Promise.all([
      errorOf(set("IAM.7", "MaxPasswordAge", { Integer: 91 })),
      errorOf(set("IAM.7", "Colour", { Integer: 1 })),
      errorOf(set("IAM.7", "RequireSymbols", { Integer: 1 })),
      errorOf(set("IAM.99", "MaxPasswordAge", { Integer: 60 })),
    ]);
    expect(wrong.map(({ name }) => name)).toEqual([
      "InvalidInputException",
      "InvalidInputException",
      "InvalidInputException",
      "ResourceNotFoundException",
    ]);
    expect(await parameters("IAM.7")).toMatchObject({
      MaxPasswordAge: { ValueType: "CUSTOM", Value: { Integer: 60 } },
      RequireSymbols: { ValueType: "DEFAULT" },
    });
  });

  it("are the policy's alone under central configuration", async () => {
    running.plane.timing.association = 0;
    await running.deploySecurityHub();
    await prod().describeHub({});

    const refused = await Promise.all([
      errorOf(prod().updateSecurityControl({ SecurityControlId: "IAM.7", Parameters: {} })),
      errorOf(
        prod().updateStandardsControl({
          StandardsControlArn: controlArn("aws-foundational-security-best-practices/v/1.0.0/IAM.6"),
          ControlStatus: "DISABLED",
        }),
      ),
      errorOf(
        prod().batchUpdateStandardsControlAssociations({
          StandardsControlAssociationUpdates: [
            { StandardsArn: FSBP, SecurityControlId: "IAM.6", AssociationStatus: "ENABLED" },
          ],
        }),
      ),
    ]);

    for (const error of refused)
      expect(error).toMatchObject({
        name: "AccessDeniedException",
        message: expect.stringContaining("managed by a configuration policy"),
      });
  });
});

describe("CloudFormation's types of Security Hub", () => {
  const member = () => memberOf(running.endpoint("securityhub"), PROD, HOME);
  const wanted = (logicalId: string, type: string, properties: Record<string, unknown>): Wanted => ({
    logicalId,
    type: `AWS::SecurityHub::${type}`,
    properties,
    after: [],
    retain: false,
  });
  const off = (control: string) => ({
    StandardsControlArn: controlArn(`aws-foundational-security-best-practices/v/1.0.0/${control}`),
    Reason: "no root",
  });
  const standard = (...controls: string[]) =>
    wanted("Fsbp", "Standard", { StandardsArn: FSBP, DisabledStandardsControls: controls.map(off) });
  const control = (name: string, Integer: number) =>
    wanted("Iam7", "SecurityControl", {
      SecurityControlId: "IAM.7",
      Parameters: { [name]: { ValueType: "CUSTOM", Value: { Integer } } },
    });

  it("switch on, change in place, and go back", async () => {
    await prod().enableSecurityHub({ EnableDefaultStandards: false });

    const first = await deploy(member(), [standard("IAM.6"), control("MaxPasswordAge", 60)], []);
    const before = [await statuses("IAM.6"), await parameters("IAM.7")];
    const second = await deploy(member(), [standard("S3.8"), control("MinimumPasswordLength", 14)], first);
    const after = [await statuses("IAM.6"), await statuses("S3.8"), await parameters("IAM.7")];
    await remove(member(), second);

    expect(before).toMatchObject([[[FSBP, "DISABLED", "no root"]], { MaxPasswordAge: { ValueType: "CUSTOM" } }]);
    expect(after).toMatchObject([
      [[FSBP, "ENABLED", undefined]],
      [[FSBP, "DISABLED", "no root"]],
      { MaxPasswordAge: { ValueType: "DEFAULT" }, MinimumPasswordLength: { ValueType: "CUSTOM" } },
    ]);
    expect((await prod().getEnabledStandards({})).StandardsSubscriptions).toEqual([]);
    expect(await parameters("IAM.7")).toMatchObject({ MinimumPasswordLength: { ValueType: "DEFAULT" } });
  });

  it("take over nothing that is on already, and leave nothing of a control that the standard lacks", async () => {
    await prod().enableSecurityHub({});

    const hub = await errorOf(deploy(member(), [wanted("Hub", "Hub", { EnableDefaultStandards: false })], []));
    const twice = await errorOf(deploy(member(), [standard()], []));
    await prod().disableSecurityHub({});
    const nowhere = await errorOf(deploy(member(), [standard()], []));
    await deploy(member(), [wanted("Hub", "Hub", { EnableDefaultStandards: false })], []);
    const lacking = await errorOf(deploy(member(), [standard("S3.11")], []));

    expect(hub.message).toContain("already subscribed to Security Hub");
    expect(twice.message).toContain("Standards is already enabled");
    expect(nowhere.message).toContain("is not subscribed to AWS Security Hub");
    expect(lacking.message).toContain("S3.11 not found");
    expect((await prod().getEnabledStandards({})).StandardsSubscriptions).toEqual([]);
  });
});
