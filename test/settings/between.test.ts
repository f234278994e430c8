import { describe, expect, it } from "vitest";
import { audit, problemsOf, token, without } from "./configs";

const SECRET = "arn:aws:secretsmanager:ap-northeast-1:444455556666:secret:slack-AbCdEf";
const KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";

describe("settings that contradict each other, or what AWS has", () => {
  it.each<[string, Record<string, string>, string[]]>([
    [
      "a role of another account",
      { "hakken:deployRoleArn": "arn:aws:iam::111122223333:role/hakken-deploy" },
      [
        'hakken:deployRoleArn: "arn:aws:iam::111122223333:role/hakken-deploy" is not a role of hakken:account, 444455556666: name one of that account.',
      ],
    ],
    [
      "a role's bare name",
      { "hakken:deployRoleArn": "hakken-deploy" },
      [
        'hakken:deployRoleArn: "hakken-deploy" is wrong: it must be the ARN of a role, such as arn:aws:iam::111122223333:role/hakken-deploy.',
      ],
    ],
    [
      "what is no organization",
      { "hakken:organizationId": "111122223333" },
      ['hakken:organizationId: "111122223333" is wrong: it must be the id of an organization, such as o-a1b2c3d4e5.'],
    ],
    [
      "absent regions that can't be absent",
      { "hakken:absentRegions": '["ap-northeast-1","me-south-1","us-east-1","us-east-1"]' },
      [
        'hakken:absentRegions: "us-east-1" stands there twice: remove one.',
        'hakken:absentRegions[0]: "ap-northeast-1" is the home region, where findings are gathered: remove it here, or set hakken:homeRegion to another one.',
        'hakken:absentRegions[1]: "me-south-1" is not among hakken:regions, so nothing is made there anyway: remove it here.',
      ],
    ],
    [
      "nothing left to link",
      { "hakken:regions": '["ap-northeast-1","us-east-1"]', "hakken:absentRegions": '["us-east-1"]' },
      [
        "hakken:absentRegions leaves ap-northeast-1 alone: add a region to hakken:regions, since Security Hub's central configuration needs one to link.",
      ],
    ],
    ["neither yes nor no", { "hakken:protect": "off" }, ['hakken:protect: "off" is wrong: it must be true or false.']],
    [
      "more days than SQS has",
      { "hakken:queueRetentionDays": "15" },
      ['hakken:queueRetentionDays: "15" is wrong: it must be a whole number from 1 to 14.'],
    ],
    [
      "half days",
      { "hakken:queueRetentionDays": "1.5" },
      ['hakken:queueRetentionDays: "1.5" is wrong: it must be a whole number from 1 to 14.'],
    ],
    [
      "a prefix that no bucket can bear",
      { "hakken:namePrefix": "Acme_" },
      [expect.stringMatching(/^hakken:namePrefix: "Acme_" is wrong: it must be 2 to 16 lower-case letters, digits/)],
    ],
    [
      "tags that AWS or hakken keeps for itself, or refuses",
      {
        "hakken:tags": JSON.stringify({ "AWS:x": "1", "hakken:made-by": "me", "a*": "1", n: 5, long: "x".repeat(257) }),
      },
      [
        expect.stringMatching(
          /^hakken:tags.AWS:x: "1" is wrong: it must be a map of tags whose keys .* not beginning with aws:/,
        ),
        expect.stringMatching(/^hakken:tags.hakken:made-by: "me" is wrong/),
        expect.stringMatching(/^hakken:tags.a\*: "1" is wrong/),
        expect.stringMatching(
          /^hakken:tags.n: 5 is wrong: it must be text \(in quotes where it is a number\) of up to 256/,
        ),
        expect.stringMatching(/^hakken:tags.long: "x+" is wrong: it must be text/),
      ],
    ],
    [
      "too many tags",
      { "hakken:tags": JSON.stringify(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, "v"]))) },
      [expect.stringMatching(/^hakken:tags: .* is wrong: it must be a map of up to 49 tags\.$/)],
    ],
    [
      "tags that are one and the same to IAM",
      { "hakken:tags": JSON.stringify({ Owner: "security", owner: "sre" }) },
      [
        expect.stringMatching(
          /^hakken:tags: .* is wrong: it must be a map of tags whose keys differ in more than capitals, since IAM takes them for one\.$/,
        ),
      ],
    ],
    [
      "a secret's value and an existing secret",
      { "hakken:slack": JSON.stringify({ channel: "C0123456789", tokenSecretArn: SECRET }) },
      ["hakken:slackToken and hakken:slack.tokenSecretArn are both set: remove one of them."],
    ],
    [
      "a secret's ARN without its end",
      {
        "hakken:slack": JSON.stringify({
          channel: "C0123456789",
          tokenSecretArn: "arn:aws:secretsmanager:x:1:secret:y",
        }),
      },
      [
        expect.stringContaining("it must be the whole ARN of a secret, such as arn:aws:secretsmanager:"),
        "hakken:slackToken and hakken:slack.tokenSecretArn are both set: remove one of them.",
      ],
    ],
  ])("says of %s what to do", (_case, changed, problems) => {
    expect(problemsOf({ ...audit, ...changed })).toEqual(problems);
  });

  it("takes no secret, and no key, of another account or region, and no key without a secret", () => {
    const of = (more: object) => ({
      ...without(audit, "hakken:slackToken"),
      "hakken:slack": JSON.stringify({ channel: "C0123456789", ...more }),
    });

    expect(problemsOf(of({ tokenSecretArn: SECRET.replace("ap-northeast-1", "us-east-1") }))).toEqual([
      expect.stringContaining(
        'secret:slack-AbCdEf" is not of account 444455556666 in ap-northeast-1, where it is read: name one from there.',
      ),
    ]);
    expect(
      problemsOf(of({ tokenSecretArn: SECRET, tokenSecretKeyArn: KEY.replace("444455556666", "111122223333") })),
    ).toEqual([
      expect.stringMatching(/^hakken:slack.tokenSecretKeyArn: .* is not of account 444455556666 in ap-northeast-1/),
    ]);
    expect(problemsOf({ ...of({ tokenSecretKeyArn: KEY }), "hakken:slackToken": token })).toEqual([
      "hakken:slack.tokenSecretArn is missing, though hakken:slack.tokenSecretKeyArn is set: set it too.",
    ]);
  });

  it("takes an empty list of absent regions, which a stack may need against one in Pulumi.yaml", () => {
    expect(problemsOf({ ...audit, "hakken:absentRegions": "[]" })).toEqual([]);
  });

  it("lets a workload account have the home region alone", () => {
    const config = { "hakken:role": "member", "hakken:account": "777788889999" };
    const regions = { "hakken:regions": '["ap-northeast-1","us-east-1"]', "hakken:absentRegions": '["us-east-1"]' };

    expect(problemsOf({ ...config, ...regions })).toEqual([]);
  });

  it("shows no value of a setting that is a Pulumi secret", () => {
    const config = {
      ...without(audit, "hakken:slackToken"),
      "hakken:mail": '{"addresses":["me@example.com","me@example.com"]}',
      "hakken:absentRegions": '["eu-south-2"]',
      "hakken:deployRoleArn": "arn:aws:iam::111122223333:role/hakken-deploy",
      "hakken:slack": JSON.stringify({
        channel: "C0123456789",
        tokenSecretArn: SECRET.replace("444455556666", "111122223333"),
      }),
      "hakken:requiredChannels": '["slack","backlog"]',
    };

    expect(problemsOf(config, (key) => key !== "hakken:account")).toEqual([
      "hakken:mail.addresses: the secret stands there twice: remove one.",
      "hakken:absentRegions[0]: the secret is not among hakken:regions, so nothing is made there anyway: remove it here.",
      "hakken:deployRoleArn: the secret is not a role of hakken:account, 444455556666: name one of that account.",
      "hakken:slack.tokenSecretArn: the secret is not of account 444455556666 in the secret, where it is read: name one from there.",
      "hakken:requiredChannels: the secret is not set up: set the secret, or remove it here.",
    ]);
    const home = { "hakken:homeRegion": "us-east-1", "hakken:account": "444455556666" };
    const elsewhere = { ...config, ...home, "hakken:regions": '["ap-northeast-1"]' };
    const shown = problemsOf(elsewhere, () => true).join("\n");
    expect(shown).not.toMatch(/us-east-1|444455556666|111122223333|eu-south-2|me@example|ap-northeast/);
  });
});
