import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type AuditSettings, parseSettings, readSettings } from "../settings";
import { DEFAULT_REGIONS } from "../settings/regions";

const token = "xoxb-not-to-be-shown";
const apiKey = "key-not-to-be-shown";

/** A right configuration of the stack audit, as Pulumi hands it over. */
const audit = {
  "hakken:role": "audit",
  "hakken:account": "444455556666",
  "hakken:slack": '{"channel":"C0123456789"}',
  "hakken:slackToken": token,
  "hakken:alarms": '{"addresses":["sre@example.com"]}',
};
const management = { "hakken:role": "management", "hakken:account": "111122223333" };

const secrets = (key: string) => ["hakken:slackToken", "hakken:backlogApiKey"].includes(key);

/** The lines of the error, without its heading. */
const problemsOf = (config: Record<string, string>, isSecret = secrets): string[] => {
  try {
    parseSettings(config, isSecret);
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
};

/** What an Output holds; its type leaves these out. */
const insideOf = async (output: unknown) => {
  const inside = output as { promise(): Promise<unknown>; isSecret: Promise<boolean> };
  return { value: await inside.promise(), secret: await inside.isSecret };
};

describe("what is given", () => {
  it("fills in the defaults of the stack audit, and keeps the token a secret", async () => {
    const settings = parseSettings(audit, secrets) as AuditSettings;

    const { slack, ...rest } = settings;
    expect(rest).toEqual({
      role: "audit",
      account: "444455556666",
      homeRegion: "ap-northeast-1",
      regions: DEFAULT_REGIONS,
      linkedRegions: DEFAULT_REGIONS.filter((name) => name !== "ap-northeast-1"),
      stacks: {},
      severities: ["HIGH", "CRITICAL"],
      language: "ja",
      alarms: { addresses: ["sre@example.com"] },
      requiredChannels: ["slack"],
    });
    expect(slack).toMatchObject({ apiUrl: "https://slack.com/api", channel: "C0123456789" });
    expect(await insideOf(slack?.token)).toEqual({ value: token, secret: true });
  });

  it("takes every setting as it is given", async () => {
    const config = {
      ...audit,
      "hakken:profile": "audit",
      "hakken:homeRegion": "us-east-1",
      "hakken:regions": '["us-east-1","ap-southeast-7"]',
      "hakken:stacks": '{"management":"acme/root/management"}',
      "hakken:severities": '["MEDIUM","HIGH"]',
      "hakken:language": "en",
      "hakken:slack": '{"channel":"G0123456789","apiUrl":"http://127.0.0.1:4000/api/"}',
      "hakken:backlog":
        '{"spaceUrl":"https://example.backlog.jp/","project":"SEC","issueType":"タスク","priorities":{"MEDIUM":"high"}}',
      "hakken:backlogApiKey": apiKey,
      "hakken:mail": '{"addresses":["a@example.com","b@example.com"]}',
      "hakken:requiredChannels": '["slack","mail"]',
      "aws:region": "eu-west-1",
    };

    const { slack, backlog, ...rest } = parseSettings(config, secrets) as AuditSettings;

    expect(rest).toEqual({
      role: "audit",
      account: "444455556666",
      profile: "audit",
      homeRegion: "us-east-1",
      regions: ["us-east-1", "ap-southeast-7"],
      linkedRegions: ["ap-southeast-7"],
      stacks: { management: "acme/root/management" },
      severities: ["MEDIUM", "HIGH"],
      language: "en",
      mail: { addresses: ["a@example.com", "b@example.com"] },
      alarms: { addresses: ["sre@example.com"] },
      requiredChannels: ["slack", "mail"],
    });
    expect(slack).toMatchObject({ apiUrl: "http://127.0.0.1:4000/api", channel: "G0123456789" });
    expect(backlog).toMatchObject({
      spaceUrl: "https://example.backlog.jp",
      project: "SEC",
      issueType: "タスク",
      priorities: { CRITICAL: "high", HIGH: "high", MEDIUM: "high", LOW: "low", INFORMATIONAL: "low" },
    });
    expect(await insideOf(backlog?.apiKey)).toEqual({ value: apiKey, secret: true });
  });

  it("takes the settings of the other stacks, which tell nobody anything", () => {
    const settings = parseSettings({ ...management, "hakken:regions": '["ap-northeast-1","us-east-1"]' }, secrets);

    expect(settings).toEqual({
      role: "management",
      account: "111122223333",
      homeRegion: "ap-northeast-1",
      regions: ["ap-northeast-1", "us-east-1"],
      linkedRegions: ["us-east-1"],
      stacks: {},
    });
  });

  it.each(["audit", "management", "organization", "prod"])(
    "takes the example Pulumi.%s.yaml, once its secrets are set",
    (stack) => {
      const yaml = readFileSync(`${__dirname}/../Pulumi.${stack}.yaml`, "utf8");

      const settings = parseSettings(configOf(yaml, stack === "audit" ? { "hakken:slackToken": token } : {}), secrets);

      expect(settings.role).toBe(stack === "prod" ? "member" : stack);
    },
  );
});

describe("what Pulumi hands over", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    pulumi.runtime.setAllConfig({});
  });

  it("is read with what is encrypted and what is not", () => {
    pulumi.runtime.setAllConfig(audit, ["hakken:slackToken"]);
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();

    const settings = readSettings();

    expect(settings).toMatchObject({ role: "audit", requiredChannels: ["slack"] });
    expect(warn).not.toHaveBeenCalled();
  });

  it("is refused without a stack trace, where a key is not encrypted", () => {
    pulumi.runtime.setAllConfig(audit, []);

    expect(readSettings).toThrow(pulumi.RunError);
    expect(readSettings).toThrow("hakken:slackToken stands in clear");
  });

  it("is warned of where mail is the only channel", () => {
    const mail = { "hakken:mail": '{"addresses":["a@example.com"]}' };
    pulumi.runtime.setAllConfig({ ...without(audit, "hakken:slack", mail, "hakken:slackToken") });
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();

    const settings = readSettings();

    expect(settings).toMatchObject({ requiredChannels: ["mail"] });
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("hakken:mail is the only channel"));
  });
});

describe("what is wrong", () => {
  it("lists all problems at once, with key, value and fix", () => {
    const config = {
      "hakken:role": "audit",
      "hakken:account": "1234",
      "hakken:homeRegion": "af-south-1",
      "hakken:regions": '["ap-northeast-1","ap-northeast-9"]',
      "hakken:slack": '{"channel":"general","apiUrl":"http://slack.example.com"}',
      "hakken:slackToken": token,
      "hakken:backlog": '{"spaceUrl":"example.backlog.com","project":"SEC"}',
      "hakken:mail": '{"addresses":["not an address"]}',
      "hakken:severities": "HIGH",
      "hakken:languge": "en",
    };

    const problems = problemsOf(config);

    expect(problems.map((line) => line.replace(/(Known|as home): .*/, "$1: ..."))).toEqual([
      'hakken:account: "1234" is wrong: it must be the 12 digits of an account id, in quotes, such as "111122223333".',
      'hakken:homeRegion: "af-south-1" is wrong: it must be one of the regions that are enabled by default, since Security Hub takes no other as home: ...',
      'hakken:regions[1]: "ap-northeast-9" is wrong: it must be a region that hakken knows: correct or remove it. Known: ...',
      'hakken:severities: "HIGH" is wrong: it must be a list of severities.',
      'hakken:slack.apiUrl: "http://slack.example.com" is wrong: it must be an https URL, such as https://slack.com/api (http only for 127.0.0.1, [::1] and localhost).',
      'hakken:slack.channel: "general" is wrong: it must be the id of a channel (last line of its details), such as C0123456789.',
      'hakken:backlog.spaceUrl: "example.backlog.com" is wrong: it must be an https URL, such as https://example.backlog.com (http only for 127.0.0.1, [::1] and localhost).',
      "hakken:backlog.issueType is missing: it must be the name of one of the project's issue types.",
      'hakken:mail.addresses[0]: "not an address" is wrong: it must be an e-mail address, such as sre@example.com.',
      "hakken:alarms is missing: it must be an object with the key addresses, a list of e-mail addresses.",
      "hakken:languge is not a setting: did you mean hakken:language?",
      "hakken:backlogApiKey is missing: run pulumi config set --secret hakken:backlogApiKey.",
    ]);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      "no role",
      { "hakken:role": "" },
      'hakken:role: "" is wrong: it must be one of audit, management, organization, member.',
    ],
    [
      "a missing account",
      without(audit, "hakken:account"),
      'hakken:account is missing: it must be the 12 digits of an account id, in quotes, such as "111122223333".',
    ],
    [
      "regions without home",
      { "hakken:regions": '["us-east-1","us-west-2"]' },
      "hakken:regions lacks the home region: add ap-northeast-1, or set hakken:homeRegion to another one.",
    ],
    [
      "nothing to link",
      { "hakken:regions": '["ap-northeast-1"]' },
      "hakken:regions is ap-northeast-1 alone: add another region, since Security Hub's central configuration needs one to link.",
    ],
    [
      "no regions",
      { "hakken:regions": "[]" },
      "hakken:regions: [] is wrong: it must be a list of regions, one at least.",
    ],
    [
      "a region twice",
      { "hakken:regions": '["ap-northeast-1","us-east-1","us-east-1"]' },
      'hakken:regions: "us-east-1" stands there twice: remove one.',
    ],
    [
      "an address twice",
      { "hakken:alarms": '{"addresses":["a@example.com","a@example.com"]}' },
      'hakken:alarms.addresses: "a@example.com" stands there twice: remove one.',
    ],
    [
      "a severity that isn't one",
      { "hakken:severities": '["HIGH","URGENT"]' },
      'hakken:severities[1]: "URGENT" is wrong: it must be one of INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL.',
    ],
    [
      "no severity",
      { "hakken:severities": "[]" },
      "hakken:severities: [] is wrong: it must be a list of severities, one at least.",
    ],
    [
      "a token without a channel",
      without(audit, "hakken:slack", { "hakken:mail": '{"addresses":["a@example.com"]}' }),
      "hakken:slack is missing, though hakken:slackToken is set: set it, or remove hakken:slackToken.",
    ],
    [
      "a channel without a token",
      without(audit, "hakken:slackToken"),
      "hakken:slackToken is missing: run pulumi config set --secret hakken:slackToken.",
    ],
    [
      "a required channel that isn't set up",
      { "hakken:requiredChannels": '["slack","mail"]' },
      'hakken:requiredChannels: "mail" is not set up: set hakken:mail, or remove it here.',
    ],
    [
      "no required channel",
      { "hakken:requiredChannels": "[]" },
      "hakken:requiredChannels: [] is wrong: it must be a list of channels, one at least.",
    ],
    [
      "a mistyped key in an object",
      { "hakken:slack": '{"channel":"C0123456789","apiURI":"https://slack.com/api"}' },
      "hakken:slack.apiURI is not a setting: did you mean hakken:slack.apiUrl?",
    ],
    ["a key that resembles none", { "hakken:somethingElse": "x" }, "hakken:somethingElse is not a setting: remove it."],
    [
      "a priority of no severity",
      {
        "hakken:backlog":
          '{"spaceUrl":"https://a.backlog.jp","project":"SEC","issueType":"t","priorities":{"URGENT":"high"}}',
        "hakken:backlogApiKey": apiKey,
      },
      "hakken:backlog.priorities.URGENT is not a setting: did you mean hakken:backlog.priorities?",
    ],
    [
      "a URL with a password",
      { "hakken:slack": '{"channel":"C0123456789","apiUrl":"https://me:pw@slack.com/api"}' },
      'hakken:slack.apiUrl: "https://me:pw@slack.com/api" is wrong: it must be an https URL, such as https://slack.com/api (http only for 127.0.0.1, [::1] and localhost).',
    ],
    [
      "JSON that ends early",
      { "hakken:slack": '{"channel":' },
      'hakken:slack: "{\\"channel\\":" is wrong: it must be an object with the key channel, the id of a channel.',
    ],
  ])("says of %s what to do", (_case, changed, problem) => {
    const config = "hakken:role" in changed && Object.keys(changed).length > 1 ? changed : { ...audit, ...changed };

    expect(problemsOf(config)).toEqual([problem]);
  });

  it("needs a channel", () => {
    const config = without(audit, "hakken:slack", {}, "hakken:slackToken");

    expect(problemsOf(config)).toEqual([
      "hakken: no channel is set up: set hakken:slack, hakken:backlog or hakken:mail.",
    ]);
  });

  it("sends the settings of the stack audit back there", () => {
    const config = { ...management, "hakken:severities": '["HIGH"]' };

    expect(problemsOf(config)).toEqual([
      "hakken:severities is a setting of the role audit, not of management: move it to that stack.",
    ]);
  });

  it("refuses a key in clear, without showing it", () => {
    const problems = problemsOf(audit, () => false);

    expect(problems).toEqual([
      "hakken:slackToken stands in clear: withdraw it where it was issued, then run pulumi config set --secret hakken:slackToken with a new one.",
    ]);
  });

  it.each([
    ["a key with a blank in it", { ...audit, "hakken:slackToken": `${token} x` }],
    ["a key inside an object", { ...audit, "hakken:slack": `{"channel":"C0123456789","token":"${token}"}` }],
    ["a key under another name", { ...audit, "hakken:slack-token": token }],
    ["a key where something else belongs", { ...audit, "hakken:slack": `{"channel":"${token}"}` }],
  ])("never shows %s", (_case, config) => {
    const problems = problemsOf(config, () => true).join("\n");

    expect(problems).not.toBe("");
    expect(problems).not.toContain(token);
  });

  it("never fails but by its own error, whatever is given", () => {
    const keys = [
      "role",
      "account",
      "regions",
      "slack",
      "mail",
      "alarms",
      "requiredChannels",
      "stacks",
      "backlog",
      "x",
    ];
    const config = fc.dictionary(
      fc.constantFrom(...keys.map((key) => `hakken:${key}`)),
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.constantFrom("audit", '["slack"]', '{"addresses":[null,1]}', "[null]", "null"),
      ),
    );

    fc.assert(
      fc.property(config, (given) => {
        expect(problemsOf(given).length).toBeGreaterThan(0);
        expect(problemsOf(given).every((line) => line.startsWith("hakken:"))).toBe(true);
      }),
    );
  });
});

function without(config: Record<string, string>, key: string, more: Record<string, string> = {}, other = "") {
  return Object.fromEntries(Object.entries({ ...config, ...more }).filter(([name]) => name !== key && name !== other));
}

/** The configuration of a stack file as simple as our examples: scalars, and objects of one level. */
function configOf(yaml: string, more: Record<string, string>): Record<string, string> {
  const config: Record<string, string> = { ...more };
  let key = "";
  for (const line of yaml.split("\n").filter((text) => !/^\s*(#|$)/.test(text))) {
    const [, outer, scalar] = /^ {2}(hakken:\w+): ?(.*)$/.exec(line) ?? [];
    const [, inner, value = ""] = /^ {4}(\w+): (.*)$/.exec(line) ?? [];
    if (outer) {
      key = outer;
      config[key] = (scalar ?? "").replaceAll('"', "") || "{}";
    } else if (inner) {
      const given = value.startsWith("[") ? value.slice(1, -1).split(", ") : value;
      config[key] = JSON.stringify({ ...JSON.parse(config[key] ?? "{}"), [inner]: given });
    }
  }
  return config;
}
