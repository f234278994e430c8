import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type AuditSettings, parseSettings, readSettings } from "../../settings";
import { DEFAULT_REGIONS } from "../../settings/regions";
import { apiKey, audit, detectionDefaults, management, secrets, token, without } from "./configs";

const KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** What an Output holds; its type leaves these out. */
const insideOf = async (source: unknown) => {
  const inside = (source as { value: unknown }).value as { promise(): Promise<unknown>; isSecret: Promise<boolean> };
  return { value: await inside.promise(), secret: await inside.isSecret };
};

describe("what is given", () => {
  it("fills in the defaults of the stack audit, and keeps the token a secret", async () => {
    const settings = parseSettings(audit, secrets) as AuditSettings;

    const { slack, ...rest } = settings;
    expect(rest).toEqual({
      ...detectionDefaults,
      role: "audit",
      account: "444455556666",
      homeRegion: "ap-northeast-1",
      regions: DEFAULT_REGIONS,
      linkedRegions: DEFAULT_REGIONS.filter((name) => name !== "ap-northeast-1"),
      absentRegions: [],
      removeRegions: [],
      stacks: {},
      protect: true,
      tags: {},
      severities: ["HIGH", "CRITICAL"],
      findingSource: "cspm",
      language: "ja",
      alarms: { addresses: ["sre@example.com"] },
      requiredChannels: ["slack"],
      queueRetentionDays: 14,
      groupBy: { controls: "control", vulnerabilities: "vulnerability" },
      groupWait: 30,
      groupInterval: 300,
      reopenWithin: 604_800,
      reopenFailingAfter: 1_209_600,
      routes: [],
      hourlyBudget: { slack: 100, mail: 100 },
      start: "quiet",
      vulnerabilities: "exploitable",
      digest: { at: "09:00", timeZone: "Asia/Tokyo" },
      mute: [],
    });
    expect(slack).toMatchObject({ apiUrl: "https://slack.com/api", channel: "C0123456789" });
    expect(await insideOf(slack?.token)).toEqual({ value: token, secret: true });
  });

  it("takes every setting as it is given", async () => {
    const config = {
      ...audit,
      "hakken:organizationId": "o-a1b2c3d4e5",
      "hakken:profile": "audit",
      "hakken:deployRoleArn": "arn:aws:iam::444455556666:role/path/hakken-deploy",
      "hakken:homeRegion": "us-east-1",
      "hakken:regions": '["us-east-1","ap-southeast-7","me-south-1"]',
      "hakken:absentRegions": '["me-south-1"]',
      "hakken:protect": "false",
      "hakken:tags": '{"Owner":"security","費用 1":""}',
      "hakken:namePrefix": "acme",
      "hakken:queueRetentionDays": "4",
      "hakken:groupBy": '{"controls":"finding"}',
      "hakken:groupWait": "1m",
      "hakken:hourlyBudget": '{"slack":60}',
      "hakken:start": "loud",
      "hakken:vulnerabilities": "all",
      "hakken:digest": '{"at":"08:30","timeZone":"Europe/Berlin"}',
      "hakken:mute": '[{"from":"2026-12-01T22:00:00+09:00","until":"2026-12-02T02:00:00+09:00"}]',
      "hakken:groupInterval": "2h",
      "hakken:reopenWithin": "30d",
      "hakken:reopenFailingAfter": "30d",
      "hakken:routes": '[{"name":"payments","match":{"accounts":["333333333333"],"controls":["S3.*"]}}]',
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
      ...detectionDefaults,
      role: "audit",
      account: "444455556666",
      organizationId: "o-a1b2c3d4e5",
      profile: "audit",
      deployRoleArn: "arn:aws:iam::444455556666:role/path/hakken-deploy",
      homeRegion: "us-east-1",
      regions: ["us-east-1", "ap-southeast-7"],
      linkedRegions: ["ap-southeast-7"],
      absentRegions: ["me-south-1"],
      removeRegions: [],
      protect: false,
      tags: { Owner: "security", "費用 1": "" },
      namePrefix: "acme",
      stacks: { management: "acme/root/management" },
      severities: ["MEDIUM", "HIGH"],
      findingSource: "cspm",
      language: "en",
      mail: { addresses: ["a@example.com", "b@example.com"] },
      alarms: { addresses: ["sre@example.com"] },
      requiredChannels: ["slack", "mail"],
      queueRetentionDays: 4,
      groupBy: { controls: "finding", vulnerabilities: "vulnerability" },
      groupWait: 60,
      groupInterval: 7200,
      reopenWithin: 2_592_000,
      hourlyBudget: { slack: 60, mail: 100 },
      start: "loud",
      vulnerabilities: "all",
      digest: { at: "08:30", timeZone: "Europe/Berlin" },
      mute: [{ from: "2026-12-01T13:00:00.000Z", until: "2026-12-01T17:00:00.000Z" }],
      reopenFailingAfter: 2_592_000,
      routes: [{ name: "payments", match: { accounts: ["333333333333"], controls: ["S3.*"] } }],
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
      ...detectionDefaults,
      role: "management",
      account: "111122223333",
      homeRegion: "ap-northeast-1",
      regions: ["ap-northeast-1", "us-east-1"],
      linkedRegions: ["us-east-1"],
      absentRegions: [],
      removeRegions: [],
      stacks: {},
      protect: true,
      tags: {},
    });
  });

  it("takes the names of existing secrets, with their key or without one, in place of values", () => {
    const [secret, key] = ["arn:aws:secretsmanager:ap-northeast-1:444455556666:secret:slack-AbCdEf", KEY];
    const config = {
      ...without(audit, "hakken:slackToken"),
      "hakken:slack": JSON.stringify({ channel: "C0123456789", tokenSecretArn: secret }),
      "hakken:backlog": JSON.stringify({
        spaceUrl: "https://example.backlog.jp",
        project: "SEC",
        issueType: "タスク",
        apiKeySecretArn: secret,
        apiKeySecretKeyArn: key,
      }),
    };

    const { slack, backlog, requiredChannels } = parseSettings(config, secrets) as AuditSettings;

    expect(slack).toEqual({ apiUrl: "https://slack.com/api", channel: "C0123456789", token: { arn: secret } });
    expect(backlog?.apiKey).toEqual({ arn: secret, keyArn: key });
    expect(backlog).not.toHaveProperty("apiKeySecretArn");
    expect(requiredChannels).toEqual(["slack", "backlog"]);
  });
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
    pulumi.runtime.setAllConfig({ ...without(audit, "hakken:slack", "hakken:slackToken"), ...mail });
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();

    const settings = readSettings();

    expect(settings).toMatchObject({ requiredChannels: ["mail"] });
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("hakken:mail is the only channel"));
  });

  it("is warned of, once, where protection is off, and not where it is on", () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    pulumi.runtime.setAllConfig(management);
    readSettings();
    expect(warn).not.toHaveBeenCalled();
    pulumi.runtime.setAllConfig({ ...management, "hakken:protect": "false" });

    readSettings();

    expect(warn).toHaveBeenCalledExactlyOnceWith(
      "hakken:protect is off: what guards the organization may be deleted. Take the setting out when done.",
    );
  });
});
