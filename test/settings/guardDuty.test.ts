import { describe, expect, it } from "vitest";
import { parseSettings } from "../../settings";
import { management, problemsOf, secrets } from "./configs";

const OU = "ou-abcd-12345678";
const ACCOUNT = "777788889999";
const given = (guardDuty: object) => ({ ...management, "hakken:guardDuty": JSON.stringify(guardDuty) });
const plans = (plan: object | string) => ({ plans: { S3_DATA_EVENTS: plan } });

describe("GuardDuty's settings", () => {
  it("take an exception from ALL in an invited account, where AWS undoes nothing, and in no other beside it", () => {
    const invited = (disabledIn: string[]) => ({
      ...given(plans({ autoEnable: "ALL", disabledIn })),
      "hakken:invitedAccounts": JSON.stringify([{ account: ACCOUNT, email: "aws@example.com" }]),
    });

    expect(problemsOf(invited([ACCOUNT]))).toEqual([]);
    expect(problemsOf(invited([ACCOUNT, OU]))).toEqual([expect.stringContaining("disabledIn would not last")]);
  });

  it("take a plan in short, with exceptions, agents and absent regions", () => {
    const guardDuty = {
      autoEnable: "NEW",
      publishingFrequency: "ONE_HOUR",
      plans: { S3_DATA_EVENTS: "NEW", RUNTIME_MONITORING: { enabledIn: [OU], disabledIn: [ACCOUNT] } },
      agents: ["EKS_ADDON_MANAGEMENT"],
      absentPlans: { AI_PROTECTION: ["us-east-1"], RDS_LOGIN_EVENTS: [] },
    };

    const settings = parseSettings(given(guardDuty), secrets).guardDuty;

    expect(settings).toMatchObject({
      ...guardDuty,
      plans: {
        S3_DATA_EVENTS: { autoEnable: "NEW", enabledIn: [], disabledIn: [] },
        RUNTIME_MONITORING: { autoEnable: "NONE", enabledIn: [OU], disabledIn: [ACCOUNT] },
        AI_PROTECTION: { autoEnable: "ALL", enabledIn: [], disabledIn: [] },
      },
    });
  });

  it.each<[unknown, unknown]>([
    [true, { retentionDays: 365 }],
    [{}, { retentionDays: 365 }],
    [{ retentionDays: 90 }, { retentionDays: 90 }],
    [false, undefined],
    [undefined, undefined],
  ])("export findings with %j as %j", (value, expected) => {
    expect(parseSettings(given({ export: value }), secrets).guardDuty.export).toEqual(expected);
  });

  it.each<[string, object, string[]]>([
    [
      "addresses that are none, not public, twice, or in both lists",
      { trustedIps: ["203.0.113.7", "203.0.113.7/32", "10.1.0.0/16"], threatIps: ["203.0.113.7"] },
      [
        'hakken:guardDuty.trustedIps has "203.0.113.7/32" twice: remove one.',
        'hakken:guardDuty.trustedIps has "10.1.0.0/16" which is not public, so that GuardDuty leaves it out: remove it.',
        'hakken:guardDuty.trustedIps has "203.0.113.7" which stands in threatIps too, and would be trusted: remove it from one of them.',
        'hakken:guardDuty.trustedIps has "203.0.113.7/32" which stands in threatIps too, and would be trusted: remove it from one of them.',
      ],
    ],
    ...["2001:db8::1", "203.0.113.0/33", "0.0.0.0/0", "example.com"].map((given): [string, object, string[]] => [
      `the address ${given}`,
      { threatIps: [given] },
      [
        `hakken:guardDuty.threatIps[0]: "${given}" is wrong: it must be an IPv4 address or range, such as 203.0.113.7 or 203.0.113.0/24, in quotes (GuardDuty takes no IPv6).`,
      ],
    ]),
    [
      "an export that keeps less than GuardDuty does",
      { export: { retentionDays: 30 } },
      [
        "hakken:guardDuty.export.retentionDays: 30 is wrong: it must be a whole number of days from 90 to 3650 (GuardDuty itself keeps findings for 90).",
      ],
    ],
    [
      "an export that is neither on nor off",
      { export: "yes" },
      ['hakken:guardDuty.export: "yes" is wrong: it must be true or false, or an object with the key retentionDays.'],
    ],
    [
      "an exception that AWS would undo",
      plans({ autoEnable: "ALL", disabledIn: [OU] }),
      [
        "hakken:guardDuty.plans.S3_DATA_EVENTS.disabledIn would not last: under autoEnable ALL AWS switches the plan on again. Set autoEnable NEW (existing accounts that are not named keep what they have), or NONE with those that shall have it in enabledIn.",
      ],
    ],
    [
      "an exception that is none",
      plans({ autoEnable: "ALL", enabledIn: [OU] }),
      [
        "hakken:guardDuty.plans.S3_DATA_EVENTS.enabledIn names exceptions from ALL, under which the plan is on everywhere anyway: remove it, or set autoEnable NEW or NONE.",
      ],
    ],
    [
      "exceptions from off alone",
      plans({ autoEnable: "NONE", disabledIn: [OU] }),
      [
        "hakken:guardDuty.plans.S3_DATA_EVENTS.disabledIn names exceptions from what is off everywhere: remove it, or name in enabledIn where it is on.",
      ],
    ],
    [
      "a target in both lists, and one twice",
      plans({ autoEnable: "NONE", enabledIn: [OU, OU], disabledIn: [OU] }),
      [
        `hakken:guardDuty.plans.S3_DATA_EVENTS.enabledIn has "${OU}" twice: remove one.`,
        `hakken:guardDuty.plans.S3_DATA_EVENTS.enabledIn has "${OU}", which stands in disabledIn too: remove it from one of them.`,
      ],
    ],
    [
      "a plan for new accounts that nobody takes in",
      { autoEnable: "NONE", ...plans("NEW") },
      [
        "hakken:guardDuty.plans.S3_DATA_EVENTS.autoEnable is NEW while hakken:guardDuty.autoEnable is NONE, so that no account joins by itself and the plan would never be switched on: set that NEW or ALL, or the plan ALL or NONE.",
      ],
    ],
    [
      "agents without their plan",
      { agents: ["EC2_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"] },
      [
        'hakken:guardDuty.agents has "EC2_AGENT_MANAGEMENT" twice: remove one.',
        "hakken:guardDuty.agents are RUNTIME_MONITORING's, which is on nowhere: remove them, or set hakken:guardDuty.plans.RUNTIME_MONITORING.",
      ],
    ],
    [
      "an absent region twice",
      { absentPlans: { AI_PROTECTION: ["us-east-1", "us-east-1", "me-south-1"] } },
      ['hakken:guardDuty.absentPlans.AI_PROTECTION has "us-east-1" twice: remove one.'],
    ],
    [
      "another frequency",
      { publishingFrequency: "DAILY" },
      [
        'hakken:guardDuty.publishingFrequency: "DAILY" is wrong: it must be one of FIFTEEN_MINUTES, ONE_HOUR, SIX_HOURS.',
      ],
    ],
    [
      "a plan that there is not",
      { plans: { S3_DATA_EVENT: "ALL" } },
      ["hakken:guardDuty.plans.S3_DATA_EVENT is not a setting: did you mean hakken:guardDuty.plans.S3_DATA_EVENTS?"],
    ],
  ])("refuse %s", (_what, guardDuty, problems) => {
    expect(problemsOf(given(guardDuty))).toEqual(problems);
  });
});
