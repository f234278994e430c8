import { SecurityHub } from "@aws-sdk/client-securityhub";
import { afterEach, describe, expect, it } from "vitest";
import type { EventEntry } from "../../../sandbox/doubles/securityhub/announcements";
import { finding, identifier } from "./findings";
import { AUDIT, errorOf, HOME, PROD, RunningPlane } from "./plane";

let running: RunningPlane;
afterEach(() => running.close());

const start = async () => {
  running = await new RunningPlane().start();
  await running.deploySecurityHub();
  await running.plane.importAsService(finding());
};
const setNotified = () =>
  running.securityHub(AUDIT).batchUpdateFindings({
    FindingIdentifiers: [identifier(finding())],
    Workflow: { Status: "NOTIFIED" },
  });
const workflowNow = async () => (await running.securityHub(AUDIT).getFindings({})).Findings?.[0]?.Workflow?.Status;

describe("faults on command", () => {
  it("throttle the next calls of one operation, and no more", async () => {
    await start();
    running.plane.faults.securityhub.next("BatchUpdateFindings", { kind: "throttled" }, 2);

    const errors = [await errorOf(setNotified()), await errorOf(setNotified())];
    const before = await workflowNow();
    await setNotified();

    expect(errors.map(({ name, status }) => [name, status])).toEqual(Array(2).fill(["TooManyRequestsException", 429]));
    expect([before, await workflowNow()]).toEqual(["NEW", "NOTIFIED"]);
  });

  it("fail with a status of 5xx before anything is done", async () => {
    await start();
    running.plane.faults.securityhub.next("BatchUpdateFindings", { kind: "error", status: 503 });

    const error = await errorOf(setNotified());

    expect(error.status).toBe(503);
    expect(await workflowNow()).toBe("NEW");
  });

  it("lose the reply after the work is done", async () => {
    await start();
    running.plane.faults.securityhub.next("BatchUpdateFindings", { kind: "lostReply" });

    const error = await errorOf(setNotified());

    expect(error.status).toBeUndefined();
    expect(await workflowNow()).toBe("NOTIFIED");
  });

  it("leave findings unprocessed", async () => {
    await start();
    running.plane.faults.securityhub.next("BatchUpdateFindings", {
      kind: "unprocessed",
      code: "ConcurrentUpdateError",
    });

    const { UnprocessedFindings, ProcessedFindings } = await setNotified();

    expect(ProcessedFindings).toEqual([]);
    expect(UnprocessedFindings?.map(({ ErrorCode, ErrorMessage }) => [ErrorCode, ErrorMessage])).toEqual([
      ["ConcurrentUpdateError", "Concurrent finding updates detected"],
    ]);
    expect(await workflowNow()).toBe("NEW");
  });

  it("answer slowly", async () => {
    await start();
    running.plane.faults.securityhub.next("DescribeHub", { kind: "slow", milliseconds: 80 });
    const from = Date.now();

    await running.securityHub(AUDIT).describeHub({});

    expect(Date.now() - from).toBeGreaterThanOrEqual(75);
    expect(running.plane.faults.securityhub.left).toBe(0);
  });
});

describe("the caller", () => {
  it("is whom the local AWS names, before whoever signed", async () => {
    await start();
    const hub = new SecurityHub({
      endpoint: running.endpoint("securityhub"),
      region: HOME,
      credentials: { accessKeyId: AUDIT, secretAccessKey: "any" },
    });
    hub.middlewareStack.add(
      (next) => (args) => {
        Object.assign((args.request as { headers: object }).headers, {
          "x-sandbox-account": PROD,
          "x-sandbox-region": "us-east-1",
        });
        return next(args);
      },
      { step: "build" },
    );

    const { HubArn } = await hub.describeHub({});

    expect(HubArn).toBe(`arn:aws:securityhub:us-east-1:${PROD}:hub/default`);
  });

  it("is refused without account or region", async () => {
    await start();

    const answer = await fetch(`${running.endpoint("securityhub")}/accounts`);

    expect([answer.status, answer.headers.get("x-amzn-errortype")]).toEqual([403, "UnrecognizedClientException"]);
  });
});

describe("events", () => {
  it("are put again until the bus has taken each of them once, at most 10 a call", async () => {
    const taken: string[] = [];
    const sizes: number[] = [];
    let calls = 0;
    const putEvents = async (_account: string, region: string, entries: EventEntry[]) => {
      if (region !== HOME) return { Entries: entries.map(() => ({ EventId: "elsewhere" })) };
      calls += 1;
      sizes.push(entries.length);
      if (calls === 1) throw new Error("connection refused");
      return {
        Entries: entries.map((entry, index) => {
          if (calls === 2 && index === 0) return { ErrorCode: "ThrottlingException" };
          taken.push(JSON.parse(entry.Detail).findings[0].Id);
          return { EventId: `event-${taken.length}` };
        }),
      };
    };
    running = new RunningPlane({}, putEvents);
    const ids = Array.from({ length: 12 }, (_, n) => `scan-${n}`);

    await Promise.all(ids.map((Id) => running.plane.importAsService(finding({ Id }))));

    expect(taken.sort()).toEqual(ids.sort());
    expect(Math.max(...sizes)).toBe(10);
    expect(running.plane.pendingEvents()).toBe(0);
  });

  it("wait as pending while no bus takes them", async () => {
    let up = false;
    running = new RunningPlane({}, async (_account, _region, entries) => {
      if (!up) throw new Error("connection refused");
      return { Entries: entries.map(() => ({ EventId: "event" })) };
    });

    const importing = running.plane.importAsService(finding());
    const pending = running.plane.pendingEvents();
    up = true;
    const { events } = await importing;

    expect([pending, events]).toEqual([1, ["event"]]);
    await running.plane.drained();
  });
});
