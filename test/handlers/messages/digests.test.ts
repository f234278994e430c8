import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { severities } from "../../../handlers/alert/severity";
import type { Severity } from "../../../handlers/alert/types";
import { type Digest, type DigestAlert, isQuiet, mailDigest, slackDigest } from "../../../handlers/messages/digest";
import {
  mailOverview,
  mailSummary,
  type Overview,
  slackOverview,
  slackSummary,
} from "../../../handlers/messages/overview";
import type { SlackPages } from "../../../handlers/messages/slackPages";
import type { MessageOptions } from "../../../handlers/messages/words";
import { options, text, url } from "./anyNotice";
import { checkMail, checkSlackBlocks } from "./checks";
import { slackText } from "./slackText";

const en: MessageOptions = { language: "en", homeRegion: "ap-northeast-1" };
const ja: MessageOptions = { ...en, language: "ja" };
const open = { CRITICAL: 0, HIGH: 0, MEDIUM: 0, LOW: 0, INFORMATIONAL: 0 };
const count = { opened: 0, closed: 0, waiting: 0, open };
const quiet: Digest = {
  from: "2026-11-20T22:00:00.000Z",
  until: "2026-11-21T22:00:00.000Z",
  number: 1,
  census: { opened: 0, closed: 0, waiting: 0, open: { ...open, HIGH: 3 } },
  channelsBroken: [],
  alerts: [],
};
const anAlert = (changes: Partial<DigestAlert> = {}): DigestAlert => ({
  ...{ reason: "budget", title: "S3.1 Buckets should block public access", severity: "HIGH" },
  ...{ account: { id: "111122223333", name: "prod" }, region: "ap-northeast-1", findings: 1 },
  ...changes,
});
const busy: Digest = {
  ...quiet,
  census: { opened: 7, closed: 2, waiting: 3, open: { ...open, CRITICAL: 1, HIGH: 8 } },
  channelsBroken: ["slack", "mail"],
  failing: 31,
  alerts: [
    anAlert({ findings: 40, link: "https://example.slack.com/archives/C1/p1?a=1&b=2" }),
    anAlert({ severity: "CRITICAL", title: "IAM.4 Root user access key", region: "us-east-1" }),
    anAlert({ reason: "vulnerability", title: "CVE-2026-1234 - krb5", findings: 12 }),
    anAlert({ title: "EC2.7 Default encryption", over: true }),
    anAlert({ reason: "closedButFailing", title: "EC2.8 IMDSv2" }),
    anAlert({ reason: "quiet", title: "Config.1 Recorder" }),
    anAlert({ reason: "waiting", title: "UnauthorizedAccess:EC2/SSHBruteForce", account: { id: "222233334444" } }),
  ],
};
const second: Digest = {
  ...quiet,
  number: 2,
  census: undefined,
  alerts: [anAlert({ title: "EC2.19 Security groups" })],
};
const overview: Overview = {
  controls: [
    { title: "S3.1 Buckets", severity: "HIGH", accounts: [{ id: "111122223333", name: "prod" }], findings: 12 },
    {
      ...{ title: "EC2.8 IMDSv2", severity: "CRITICAL", findings: 40, link: "https://example.com/EC2.8" },
      accounts: Array.from({ length: 9 }, (_, n) => ({ id: String(111122223333 + n) })),
    },
    { title: "GuardDuty", severity: "HIGH", accounts: [], findings: 20 },
  ],
};

const pagesText = ({ message, replies }: SlackPages) => [message, ...replies].map(slackText).join("\n--------\n");
const mailText = ({ subject, message }: { subject: string; message: string }) => `${subject}\n\n${message}`;

describe("digests read", () => {
  it.each([
    ["en", en],
    ["ja", ja],
  ] as const)("as before in %s", async (language, given) => {
    const parts = [
      ["Slack, quiet", pagesText(slackDigest(quiet, given))],
      ["Mail, quiet", mailText(mailDigest(quiet, given))],
      ["Slack, busy", pagesText(slackDigest(busy, given))],
      ["Mail, busy", mailText(mailDigest(busy, given))],
      ["Slack, second message", pagesText(slackDigest(second, given))],
      ["Mail, second message", mailText(mailDigest(second, given))],
      ["Slack, overview", pagesText(slackOverview(overview, given))],
      ["Mail, overview", mailText(mailOverview(overview, given))],
      ["Slack, summary", slackText(slackSummary({ messages: 60, marker: "hakken: budget/1" }, given))],
      ["Mail, summary", mailText(mailSummary({ messages: 60 }, given))],
    ];

    const all = parts.map(([name, said]) => `======== ${name}\n${said}\n`).join("\n");

    await expect(all).toMatchFileSnapshot(join(__dirname, "examples", `digest.${language}.txt`));
  });
});

describe("a digest", () => {
  it("is quiet only where nothing happened, waits or is listed", () => {
    expect(isQuiet(quiet)).toBe(true);
    for (const more of [{ opened: 1 }, { closed: 1 }, { waiting: 1 }]) {
      expect(isQuiet({ ...quiet, census: { ...count, ...more } })).toBe(false);
    }
    expect(isQuiet({ ...quiet, channelsBroken: ["slack"] })).toBe(false);
    expect(isQuiet({ ...quiet, alerts: [anAlert()] })).toBe(false);
  });

  it("says how all is in its first message alone", () => {
    const said = `${pagesText(slackDigest(second, en))}\n${mailText(mailDigest(second, en))}`;

    expect(said).toContain("EC2.19 Security groups");
    expect(said).not.toMatch(/opened|closed|open now|\d open|All is well/);
  });

  it("says what is over by now, and how many of those that fail it does not list", () => {
    const said = [pagesText(slackDigest(busy, en)), mailText(mailDigest(busy, en))];

    for (const text of said) {
      expect(text).toMatch(/EC2\.7 Default encryption.*over by now/);
      expect(text).toMatch(/EC2\.8 IMDSv2[\s\S]*and 30 more/);
      expect(text.split("over by now")).toHaveLength(2);
    }
  });

  it("lists each of hundreds of alerts once, the worst first, in the thread what the channel can't hold", () => {
    const alerts = Array.from({ length: 500 }, (_, n) => anAlert({ title: `alert <${n}>`, severity: severityOf(n) }));

    const pages = slackDigest({ ...quiet, alerts }, en);

    const said = JSON.stringify(pages);
    for (let n = 0; n < 500; n++) expect(said.split(`alert &lt;${n}&gt;`)).toHaveLength(2);
    expect(pages.replies.length).toBeGreaterThan(1);
    expect(said.indexOf("CRITICAL alert")).toBeLessThan(said.indexOf("HIGH alert"));
    expect(said.lastIndexOf("HIGH alert")).toBeLessThan(said.indexOf("LOW alert"));
  });

  it("says how many of thousands it leaves out, in Slack and by mail", () => {
    const alerts = Array.from({ length: 5000 }, (_, n) => anAlert({ title: `alert <${n}>` }));

    const pages = slackDigest({ ...quiet, alerts }, en);
    const mail = mailDigest({ ...quiet, alerts }, en);

    const inSlack = JSON.stringify(pages).split("alert &lt;").length - 1;
    expect(pages.replies).toHaveLength(20);
    expect(JSON.stringify(pages.replies.at(-1))).toContain(`and ${5000 - inSlack} more`);
    expect(mail.message).toContain(`and ${5000 - (mail.message.split("alert <").length - 1)} more`);
  });
});

describe("digests, overviews and summaries of anything", () => {
  const severity = fc.constantFrom(...severities);
  const account = fc.record({ id: text(50), name: fc.option(text(200), { nil: undefined }) });
  const page = fc.option(url, { nil: undefined });
  const reason = fc.constantFrom("budget", "vulnerability", "closedButFailing", "quiet", "waiting");
  const count = fc.nat(10_000);
  const alert = fc.record({
    reason,
    title: text(1024),
    severity,
    account,
    region: text(50),
    findings: count,
    link: page,
  });
  const census = fc.record({
    ...{ opened: count, closed: count, waiting: count },
    open: fc.record({ CRITICAL: count, HIGH: count, MEDIUM: count, LOW: count, INFORMATIONAL: count }),
  });
  const digests = fc.record({
    ...{ from: fc.constant(quiet.from), until: fc.constant(quiet.until), number: fc.integer({ min: 1, max: 99 }) },
    census: fc.option(census, { nil: undefined }),
    channelsBroken: fc.subarray(["slack", "backlog", "mail"] as const),
    alerts: fc.array(alert, { maxLength: 60 }),
  }) as fc.Arbitrary<Digest>;
  const overviews: fc.Arbitrary<Overview> = fc.record({
    controls: fc.array(
      fc.record({
        title: text(1024),
        severity,
        accounts: fc.array(account, { maxLength: 6 }),
        findings: count,
        link: page,
      }),
      { maxLength: 60 },
    ),
  });
  const checkPages = ({ message, replies }: SlackPages) => {
    for (const one of [message, ...replies]) checkSlackBlocks(one);
  };

  it("keep the limits of Slack and SNS, and show nothing of a finding as markup", () => {
    fc.assert(
      fc.property(digests, overviews, options, count, (digest, over, given, messages) => {
        checkPages(slackDigest(digest, given));
        checkPages(slackOverview(over, given));
        checkSlackBlocks(slackSummary({ messages }, given));
        checkMail(mailDigest(digest, given));
        checkMail(mailOverview(over, given));
        checkMail(mailSummary({ messages }, given));
      }),
      { numRuns: 60 },
    );
  });

  it.each(['"', "\\", "&", "<", "発", "🔴", "*"])("keep them where every text is full of %s", (character) => {
    const full = character.repeat(1024).slice(0, 1024);
    const link = `https://example.com/?${"a=1&".repeat(280)}`;
    const worst = anAlert({ title: full, account: { id: full, name: full }, region: full, findings: 10_000, link });
    const alerts = Array.from({ length: 300 }, () => worst);
    const controls = alerts.map(({ account }) => ({ ...worst, accounts: [account, account, account] }));

    checkPages(slackDigest({ ...busy, alerts }, ja));
    checkPages(slackOverview({ controls }, ja));
    checkMail(mailDigest({ ...busy, alerts }, ja));
    checkMail(mailOverview({ controls }, ja));
  });
});

const severityOf = (n: number): Severity => (["LOW", "HIGH", "CRITICAL"] as const)[n % 3] ?? "LOW";
