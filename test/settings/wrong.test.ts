import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apiKey, audit, management, problemsOf, token, without } from "./configs";

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
      "hakken:backlogApiKey is missing: run pulumi config set --secret hakken:backlogApiKey, or name an existing secret in hakken:backlog.apiKeySecretArn.",
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
      { ...without(audit, "hakken:slack"), "hakken:mail": '{"addresses":["a@example.com"]}' },
      "hakken:slack is missing, though hakken:slackToken is set: set it, or remove hakken:slackToken.",
    ],
    [
      "a channel without a token",
      without(audit, "hakken:slackToken"),
      "hakken:slackToken is missing: run pulumi config set --secret hakken:slackToken, or name an existing secret in hakken:slack.tokenSecretArn.",
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
    ["a key that every object has", { "hakken:constructor": "x" }, "hakken:constructor is not a setting: remove it."],
    [
      "a key of its own made one of the channel's",
      {
        "hakken:slack": '{"channel":"C0123456789","token":"x"}',
      },
      "hakken:slack.token is not a setting: did you mean hakken:slackToken?",
    ],
    [
      "a priority of no severity",
      {
        "hakken:backlog":
          '{"spaceUrl":"https://a.backlog.jp","project":"SEC","issueType":"t","priorities":{"URGENT":"high"}}',
        "hakken:backlogApiKey": apiKey,
      },
      "hakken:backlog.priorities.URGENT is not a setting: remove it, or take one of INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL.",
    ],
    [
      "a URL with a password",
      { "hakken:slack": '{"channel":"C0123456789","apiUrl":"https://me:pw@slack.com/api"}' },
      'hakken:slack.apiUrl: "https://me:pw@slack.com/api" is wrong: it must be a URL without user name and password: https://slack.com/api.',
    ],
    [
      "a URL with a query and a fragment",
      { "hakken:slack": '{"channel":"C0123456789","apiUrl":"https://slack.com/api/?x=1#top"}' },
      'hakken:slack.apiUrl: "https://slack.com/api/?x=1#top" is wrong: it must be a URL without query (?...) and fragment (#...): https://slack.com/api.',
    ],
    [
      "a maintenance that ends before it begins",
      { "hakken:mute": '[{"from":"2026-12-01T22:00:00+09:00","until":"2026-12-01T21:00:00+09:00"}]' },
      'hakken:mute[0].until: "2026-12-01T21:00:00+09:00" is wrong: it must be later than from.',
    ],
    [
      "a maintenance that ends as it begins, in another zone",
      { "hakken:mute": '[{"from":"2026-12-01T22:00:00+09:00","until":"2026-12-01T13:00:00Z"}]' },
      'hakken:mute[0].until: "2026-12-01T13:00:00Z" is wrong: it must be later than from.',
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
    const config = without(audit, "hakken:slack", "hakken:slackToken");

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
      "tags",
      "absentRegions",
      "protect",
      "queueRetentionDays",
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
