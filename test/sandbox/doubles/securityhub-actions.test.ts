import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { control, finding } from "./findings";
import { AUDIT, errorOf, HOME, PROD, RunningPlane } from "./plane";

const ARN = `arn:aws:securityhub:${HOME}:${AUDIT}:action/custom/TellByHakken`;
const tell = { Name: "Tell by hakken", Description: "Tells it", Id: "TellByHakken" };

let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane().start();
  await running.deploySecurityHub();
  await running.securityHub(PROD).describeHub({});
});
afterEach(() => running.close());

const hub = () => running.securityHub(AUDIT);
const nameOf = ({ Id = "", ProductArn = "" }: { Id?: string; ProductArn?: string }) => ({
  id: Id,
  productArn: ProductArn,
});

describe("a custom action", () => {
  it("is made once, described, changed and deleted, by its ARN", async () => {
    const { ActionTargetArn } = await hub().createActionTarget(tell);
    const again = await errorOf(hub().createActionTarget(tell));
    await hub().updateActionTarget({ ActionTargetArn, Name: "hakken で知らせる" });
    const { ActionTargets } = await hub().describeActionTargets({ ActionTargetArns: [ARN] });
    await hub().deleteActionTarget({ ActionTargetArn });
    const { ActionTargets: left } = await hub().describeActionTargets({});
    const gone = await errorOf(hub().describeActionTargets({ ActionTargetArns: [ARN] }));

    expect(ActionTargetArn).toBe(ARN);
    expect(again.name).toBe("ResourceConflictException");
    expect(ActionTargets).toEqual([{ ActionTargetArn: ARN, Name: "hakken で知らせる", Description: "Tells it" }]);
    expect(left).toEqual([]);
    expect(gone.name).toBe("ResourceNotFoundException");
  });

  it("is refused with an id or a name that the console can't show, and past AWS's limit", async () => {
    const errors = [
      await errorOf(hub().createActionTarget({ ...tell, Id: "tell-by-hakken" })),
      await errorOf(hub().createActionTarget({ ...tell, Id: "x".repeat(21) })),
      await errorOf(hub().createActionTarget({ ...tell, Name: "Tell it by hakken now" })),
    ];
    for (let n = 0; n < 50; n++) await hub().createActionTarget({ ...tell, Id: `Action${n}` });

    expect(errors.map(({ name }) => name)).toEqual(Array(3).fill("InvalidInputException"));
    expect((await errorOf(hub().createActionTarget(tell))).name).toBe("LimitExceededException");
  });

  it("sends what a person chose to the bus where it is, in one event", async () => {
    await hub().createActionTarget(tell);
    await running.plane.importAsService(control());
    await running.plane.importAsService(finding());
    await running.plane.drained();
    running.heard.length = 0;

    const id = await running.plane.ask(ARN, [nameOf(control()), nameOf(finding())]);

    const [event, ...others] = running.heard;
    expect(others).toEqual([]);
    expect(id).toBe("event-0");
    expect(event).toMatchObject({
      account: AUDIT,
      region: HOME,
      Source: "aws.securityhub",
      DetailType: "Security Hub Findings - Custom Action",
      Resources: [ARN],
    });
    const detail = JSON.parse(event?.Detail ?? "");
    expect(detail).toMatchObject({ actionName: "Tell by hakken", actionDescription: "Tells it" });
    expect(detail.findings.map((one: { Id: string }) => one.Id)).toEqual([control().Id, finding().Id]);
  });

  it("does nothing with an action, or a finding, that is not there", async () => {
    await expect(running.plane.ask(ARN, [nameOf(finding())])).rejects.toThrow(`There is no custom action ${ARN}.`);
    await hub().createActionTarget(tell);
    await expect(running.plane.ask(ARN, [nameOf(finding())])).rejects.toThrow(/sees no finding scan-1/);
  });
});
