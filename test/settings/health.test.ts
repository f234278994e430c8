import { describe, expect, it } from "vitest";
import { parseSettings } from "../../settings";
import { management, problemsOf, secrets } from "./configs";

const given = (value: object) => ({ ...management, "hakken:health": JSON.stringify(value) });

describe("hakken:health", () => {
  it("takes all events by the organizational view where nothing is said", () => {
    expect(parseSettings(management, secrets).health).toEqual({
      mode: "organization",
      include: [],
      exclude: [],
      severities: { issue: "HIGH", scheduledChange: "HIGH", accountNotification: "MEDIUM", investigation: "HIGH" },
      extraRegions: ["us-east-1", "us-west-2"],
    });
  });

  it("takes a value, or a list of which one is enough", () => {
    const { health } = parseSettings(
      given({ include: [{ category: "issue", typeCode: ["AWS_EC2_*", "AWS_RDS_*"] }], severities: { issue: "LOW" } }),
      secrets,
    );

    expect(health.include).toEqual([{ category: ["issue"], typeCode: ["AWS_EC2_*", "AWS_RDS_*"] }]);
    expect(health.severities).toMatchObject({ issue: "LOW", scheduledChange: "HIGH" });
  });

  it.each<[string, object, string[]]>([
    [
      "a mode that is none",
      { mode: "both" },
      ['hakken:health.mode: "both" is wrong: it must be one of organization, forwarding, off.'],
    ],
    [
      "a matcher of nothing",
      { include: [{}] },
      ["hakken:health.include[0]: {} is wrong: it must have one of category, service, typeCode at least."],
    ],
    [
      "two stars in a row, and a service in small letters",
      { exclude: [{ typeCode: "AWS_**" }, { service: "ec2" }] },
      [
        'hakken:health.exclude[0].typeCode: "AWS_**" is wrong: it must be an event type code, such as AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED or AWS_EC2_*; a * stands for any letters, and never two in a row.',
        'hakken:health.exclude[1].service: "ec2" is wrong: it must be a service as AWS Health writes it, such as EC2; a * stands for any letters, and never two in a row.',
      ],
    ],
    [
      "units without forwarding",
      { units: ["ou-abcd-12345678"] },
      [
        "hakken:health.units goes with hakken:health.mode forwarding, and it is organization: set that, or take units out.",
      ],
    ],
  ])("refuses %s", (_what, value, problems) => {
    expect(problemsOf(given(value))).toEqual(problems);
  });
});
