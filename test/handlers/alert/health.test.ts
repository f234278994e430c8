import { describe, expect, it } from "vitest";
import type { HealthChoice } from "../../../handlers/alert/healthChoice";
import { HEALTH_SEVERITIES } from "../../../handlers/alert/healthChoice";
import { observationsOf } from "../../../handlers/alert/normalise";
import type { Finding } from "../../../handlers/alert/types";
import { findingIn, fixture, type Loose } from "../fixtures";

/** The finding of a fixture that was bent. */
function bent(name: string, bend: (event: Loose) => void): Finding {
  const event = fixture(name);
  bend(event);
  const [observation] = observationsOf(event);
  if (!observation) throw new Error(`${name} makes no finding`);
  return observation.finding;
}

describe("an event of AWS Health", () => {
  it("is read whole", () => {
    const event = fixture("health-event-issue-page1of2");

    const observations = observationsOf(event);

    expect(observations).toEqual([
      {
        eventTime: "2026-11-20T01:43:21.000Z",
        finding: {
          format: "health",
          product: "aws.health",
          id: `${event.detail.eventArn}#111122223333`,
          productName: "Health",
          accountId: "111122223333",
          region: "ap-northeast-1",
          title: "EC2 instance store drive performance degraded",
          description: "We are investigating degraded performance of instance store volumes.",
          severity: "HIGH",
          // Not those that are well again.
          resources: ["i-0a1b2c3d4e5f60001", "i-0a1b2c3d4e5f60004"].map((id) => ({
            type: "Other",
            id,
            region: "ap-northeast-1",
          })),
          resourceCount: 2,
          workflow: "NEW",
          record: "ACTIVE",
          firstSeen: "2026-11-20T01:19:03.000Z",
          lastSeen: "2026-11-20T01:44:13.000Z",
          updatedAt: "2026-11-20T01:44:13.000Z",
          sourceUrl: `https://phd.aws.amazon.com/phd/home#/event-log?eventID=${event.detail.eventArn}`,
          health: {
            communicationId: "1234abc01232a4012345678",
            category: "issue",
            service: "EC2",
            typeCode: "AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED",
            startTime: "2026-11-20T01:19:03.000Z",
            recovered: 2,
          },
        },
      },
    ]);
  });

  it("is one communication over its pages, each page a finding with its own entities", () => {
    const pages = [findingIn("health-event-issue-page1of2"), findingIn("health-event-issue-page2of2")];

    expect(new Set(pages.map(({ id }) => id)).size).toBe(2);
    expect(new Set(pages.map(({ health }) => health?.communicationId)).size).toBe(1);
    expect(pages[1]?.resources.map(({ id }) => id)).toEqual(["i-0a1b2c3d4e5f60005"]);
  });

  it("is one finding with its copy in the backup region, in the region where it happened", () => {
    const there = findingIn("health-event-public");

    const backup = findingIn("health-event-public-backup");

    expect(backup).toEqual(there);
    expect(backup.region).toBe("ap-southeast-2");
  });

  it("is a finding for each account", () => {
    const other = bent("health-event-public", (event) => {
      event.detail.affectedAccount = "777788889999";
    });

    expect(other.id).not.toBe(findingIn("health-event-public").id);
    expect(other.health?.communicationId).toBe(findingIn("health-event-public").health?.communicationId);
  });

  it("is open by its status, whatever its end says", () => {
    expect(findingIn("health-event-public")).toMatchObject({
      record: "ACTIVE",
      health: { endTime: "2026-11-20T01:44:13.000Z" },
    });
  });

  it("closes as AWS Health says, with pages that it had before", () => {
    const [first, ...more] = observationsOf(fixture("health-event-public-closed")).map(({ finding }) => finding);

    expect(first).toMatchObject({ id: findingIn("health-event-public").id, record: "ARCHIVED" });
    expect(more.map(({ id }) => id)).toEqual(Array.from({ length: 9 }, (_, i) => `${first?.id}#${i + 2}`));
    expect(new Set(more.map(({ record }) => record))).toEqual(new Set(["ARCHIVED"]));
  });

  it("closes later pages with the last one alone, since those before have an event of their own", () => {
    const closedPage = (name: string) => {
      const event = fixture(name);
      event.detail.statusCode = "CLOSED";
      return observationsOf(event).map(({ finding }) => finding.id.split("#")[2] ?? "1");
    };

    expect(closedPage("health-event-issue-page1of2")).toEqual(["1"]);
    expect(closedPage("health-event-issue-page2of2")).toEqual(["2", "3", "4", "5", "6", "7", "8", "9", "10"]);
  });

  it("may be of no region", () => {
    const finding = findingIn("health-event-abuse-global");

    expect(finding.region).toBe("global");
    expect(finding.resources).toEqual([
      { type: "Other", id: "arn:aws:ec2:us-east-1:111122223333:instance/i-0a1b2c3d4e5f60006" },
    ]);
  });

  it("of before 2023 is its ARN's communication, in the envelope's account", () => {
    const event = fixture("health-event-before-2023");

    const finding = findingIn("health-event-before-2023");

    expect(finding).toMatchObject({
      accountId: "111122223333",
      region: "us-east-1",
      record: "ACTIVE",
      updatedAt: "2018-10-18T22:00:00.000Z",
      title: "EC2 persistent instance retirement scheduled",
      health: { communicationId: event.detail.eventArn, category: "scheduledChange" },
    });
  });

  it("is read in whatever case and format AWS Health writes", () => {
    const finding = findingIn("health-event-lifecycle");

    expect(finding).toMatchObject({
      description: "We are ending support for Node.js 20 in AWS Lambda.",
      record: "ACTIVE",
      updatedAt: "2026-08-29T03:13:27.123Z",
      resourceCount: 1,
      health: {
        category: "scheduledChange",
        communicationId: "32157c62a5a64a33ec5445c5c77f941128b345fa1fe98bbd8ffd7a4a708323bf",
        startTime: "2026-10-31T00:00:00.000Z",
      },
    });
  });

  it("names no entity where none is affected any more, all once it is over, and the envelope's where there is no list", () => {
    const recovered = (statusCode: string) =>
      bent("health-event-issue-page1of2", ({ detail }) => {
        detail.statusCode = statusCode;
        for (const entity of detail.affectedEntities) entity.status = "RESOLVED";
      });
    const bare = bent("health-event-issue-page1of2", ({ detail }) => {
      delete detail.affectedEntities;
    });

    expect([recovered("open").resourceCount, recovered("open").health?.recovered]).toEqual([0, 4]);
    expect([recovered("closed").resourceCount, recovered("closed").health?.recovered]).toEqual([4, undefined]);
    expect(bare.resources.map(({ id }) => id)).toHaveLength(4);
  });

  it("keeps the first 20 entities, and counts them all, each once", () => {
    const many = bent("health-event-issue-page1of2", ({ detail }) => {
      detail.affectedEntities = Array.from({ length: 60 }, (_, i) => ({ entityValue: `i-${i % 50}` }));
    });

    expect([many.resources.length, many.resourceCount]).toEqual([20, 50]);
  });

  it("of a category that nobody knows is told as an issue is", () => {
    const finding = bent("health-event-public", ({ detail }) => {
      detail.eventTypeCategory = "catastrophe";
    });

    expect([finding.severity, finding.health?.category]).toEqual(["HIGH", "catastrophe"]);
  });

  it.each(["eventArn", "service", "eventTypeCode", "eventTypeCategory"])("without %s is refused", (field) => {
    const spoil = () =>
      bent("health-event-public", ({ detail }) => {
        delete detail[field];
      });

    expect(spoil).toThrow(`detail.${field} is missing`);
  });

  it("without any account, or any time, is refused", () => {
    expect(() =>
      bent("health-event-public", (event) => {
        delete event.account;
        delete event.detail.affectedAccount;
      }),
    ).toThrow("detail.affectedAccount is missing");
    expect(() =>
      bent("health-event-before-2023", (event) => {
        event.time = "soon";
        event.detail.startTime = "";
      }),
    ).toThrow("has no readable time");
  });

  it("has the severity that is set for its category, and makes nothing where it is left out", () => {
    const choice: HealthChoice = {
      include: [],
      exclude: [{ service: ["EC2"] }],
      severities: { ...HEALTH_SEVERITIES, issue: "CRITICAL" },
      told: ["CRITICAL"],
      securityHub: { regions: [], exceptAccounts: [] },
    };

    const [told] = observationsOf(fixture("health-event-public"), choice);

    expect(told?.finding.severity).toBe("CRITICAL");
    expect(observationsOf(fixture("health-event-issue-page1of2"), choice)).toEqual([]);
  });
});
