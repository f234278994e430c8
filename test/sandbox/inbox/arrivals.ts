import type { Finding, Notice } from "../../../handlers/alert/types";
import { backlogComment, backlogIssue } from "../../../handlers/messages/backlog";
import { type MailNotice, mailMessage } from "../../../handlers/messages/mail";
import { slackMessage, slackReply } from "../../../handlers/messages/slack";
import { alertKeyOf } from "../../../sandbox/grouping";
import { noticeOf } from "../../handlers/fixtures";
import { API_KEY, type RunningInbox, TOKEN, TOPIC } from "../doubles/running";

const OPTIONS = {
  language: "en",
  homeRegion: "ap-northeast-1",
  textFormat: "markdown",
  spaceUrl: "https://example.backlog.com",
} as const;
const TO = { topicArn: TOPIC, endpoint: "security@example.com" };
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

/** Where an alert was told first. */
export interface Told {
  notice: Notice;
  ts: string;
  issueKey: string;
}

/** Has the address confirmed, so that mail arrives. */
export async function subscribe({ url }: RunningInbox): Promise<void> {
  await sent(url, "/mail/confirm", { ...TO, token: "t", confirmUrl: "http://127.0.0.1:9/" });
  // The mailbox's owner follows the link a little later.
  await new Promise((resolve) => setTimeout(resolve, 60));
}

/** Tells an alert in all three channels, by hakken's own messages. */
export async function tell(running: RunningInbox, finding: Finding): Promise<Told> {
  const openedAt = new Date(running.clock.ms).toISOString();
  const notice = noticeOf(finding, { alertKey: alertKeyOf(finding), openedAt });
  const { ts } = await slackPost(running, { ...blocksOf(slackMessage(notice, OPTIONS)), metadata: metadataOf(notice) });
  const issue = { projectId: 1001, issueTypeId: 101, priorityId: 2, ...backlogIssue(notice, OPTIONS) };
  const { issueKey } = await backlogCall<{ issueKey: string }>(running, "POST", "issues", issue);
  await deliver(running, notice);
  return { notice, ts, issueKey };
}

/** Tells that it got worse: a reply, a comment with another priority, and another mail. */
export async function tellRise(running: RunningInbox, { notice, ts, issueKey }: Told): Promise<void> {
  const risen = { ...notice, version: 2, kind: "risen", previousSeverity: "MEDIUM" } as const;
  await slackPost(running, { ...blocksOf(slackReply(risen, OPTIONS)), metadata: metadataOf(risen), thread_ts: ts });
  await backlogCall(running, "PATCH", `issues/${issueKey}`, { priorityId: 3, comment: backlogComment(risen, OPTIONS) });
  await deliver(running, risen);
}

/** Tells that it is over: the message shrinks, the thread says so, the issue is closed. */
export async function tellClosing(running: RunningInbox, { notice, ts, issueKey }: Told): Promise<void> {
  const closedAt = new Date(running.clock.ms).toISOString();
  const closed: Notice = { ...notice, version: 3, kind: "closed", outcome: "passed", closedAt };
  await slackCall(running, "chat.update", { ts, ...slackMessage(closed, OPTIONS) });
  await slackPost(running, { ...slackReply(closed, OPTIONS), metadata: metadataOf(closed), thread_ts: ts });
  const change = { statusId: 4, resolutionId: 0, comment: backlogComment(closed, OPTIONS) };
  await backlogCall(running, "PATCH", `issues/${issueKey}`, change);
}

/** Posts any message in Slack. */
export const slackPost = (running: RunningInbox, message: object): Promise<{ ts: string }> =>
  slackCall(running, "chat.postMessage", message);

async function slackCall({ url }: RunningInbox, method: string, message: object): Promise<{ ts: string }> {
  const body = { channel: "C0SECURITY", ...message };
  const answer = await sent(url, `/slack/api/${method}`, body, { authorization: `Bearer ${TOKEN}` });
  const reply = (await answer.json()) as { ok: boolean; ts: string };
  if (!reply.ok) throw new Error(JSON.stringify(reply));
  return reply;
}

const blocksOf = ({ text, blocks }: { text: string; blocks: object[] }) => ({ text, blocks });

const metadataOf = ({ alertKey, occurrence, version }: Notice) => ({
  event_type: "hakken_alert",
  event_payload: { alertKey, occurrence, version },
});

async function backlogCall<T>({ url }: RunningInbox, method: string, path: string, fields: object): Promise<T> {
  const body = new URLSearchParams(Object.entries(fields).map(([name, value]): [string, string] => [name, `${value}`]));
  const answer = await fetch(`${url}/backlog/api/v2/${path}?apiKey=${API_KEY}`, { method, body });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as T;
}

async function deliver({ url, clock }: RunningInbox, notice: MailNotice): Promise<void> {
  const messageId = `${notice.alertKey}-${notice.version}`;
  const mail = { ...TO, ...mailMessage(notice, OPTIONS), messageId, at: new Date(clock.ms).toISOString() };
  await sent(url, "/mail/deliver", mail);
}

async function sent(url: string, path: string, body: object, headers: object = {}): Promise<Response> {
  const answer = await fetch(url + path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { ...JSON_TYPE, ...headers },
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}
