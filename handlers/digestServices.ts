import type { SNSClient } from "@aws-sdk/client-sns";
import type { Census, DigestEntry, DigestPart, DigestService } from "./alert/digest";
import { severities } from "./alert/severity";
import type { Channel } from "./alert/types";
import type { Secret } from "./aws/secret";
import { mailPublisher } from "./mail";
import { type Digest, type DigestCensus, mailDigest, slackDigest } from "./messages/digest";
import { mailOverview, type Overview, slackOverview } from "./messages/overview";
import type { SlackPages } from "./messages/slackPages";
import type { MessageOptions } from "./messages/words";
import { slackApi } from "./slackApi";
import { slackPosts } from "./slackPosts";

/** Digests in Slack: the first part in the channel, the others in its thread; an overview in the channel. */
export function slackDigests(
  settings: MessageOptions & { apiUrl: string; channel: string },
  token: Secret,
  broken: () => Promise<Channel[]>,
): DigestService {
  const posts = slackPosts(slackApi(settings.apiUrl, settings.channel, token), settings.channel);
  const pages = async (part: DigestPart): Promise<SlackPages> => slackPages(part, await broken(), settings);
  const parentOf = (part: DigestPart, thread: string | undefined) => (part.kind === "overview" ? undefined : thread);

  return {
    channel: "slack",
    send: async (part, thread) => posts.send(part.id, await pages(part), parentOf(part, thread)),
    find: async (part, thread) => posts.finish(part.id, await pages(part), parentOf(part, thread)),
  };
}

const slackPages = (part: DigestPart, broken: readonly Channel[], options: MessageOptions): SlackPages =>
  part.kind === "overview" ? slackOverview(overviewOf(part), options) : slackDigest(digestOf(part, broken), options);

/** Digests by e-mail: a mail a part. */
export function mailDigests(
  options: MessageOptions,
  sns: SNSClient,
  topicArn: string,
  broken: () => Promise<Channel[]>,
): DigestService {
  const publish = mailPublisher(sns, topicArn);
  return {
    channel: "mail",
    send: async (part, _thread, repeated) => {
      const { subject, message } =
        part.kind === "overview"
          ? mailOverview(overviewOf(part), options)
          : mailDigest(digestOf(part, await broken()), options);
      return publish({ subject: repeated ? `${subject} (may be a repeat)`.slice(0, 99) : subject, message });
    },
  };
}

/** What a part tells, in the shape that its texts are made of. */
function digestOf(part: DigestPart, channelsBroken: readonly Channel[]): Digest {
  const { entries, census, failing, number, since, at } = part;
  return {
    ...{ from: since, until: at, number, channelsBroken, failing },
    ...(census && { census: { ...census, open: openOf(census) } }),
    alerts: entries.map(({ reason, severity, region, findings, accountId, accountName, ...entry }) => ({
      ...{ reason, severity, region, findings: Math.max(1, findings), title: titleOf(entry) },
      over: entry.state === "closed" && reason !== "closedButFailing",
      account: { id: accountId, name: accountName },
    })),
  };
}

const openOf = ({ open }: Census) =>
  Object.fromEntries(severities.map((severity) => [severity, open[severity] ?? 0])) as DigestCensus["open"];

/** What existed before and still does, by control: one line speaks for many accounts. */
function overviewOf({ entries }: DigestPart): Overview {
  const byTitle = new Map<string, DigestEntry[]>();
  for (const entry of entries.filter(({ state }) => state === "open")) {
    const title = titleOf(entry);
    byTitle.set(title, [...(byTitle.get(title) ?? []), entry]);
  }
  const worst = (some: readonly DigestEntry[]) =>
    severities.findLast((one) => some.some((entry) => entry.severity === one));
  return {
    controls: [...byTitle].map(([title, some]) => ({
      title,
      severity: worst(some) ?? "HIGH",
      accounts: [...new Map(some.map(({ accountId: id, accountName: name }) => [id, { id, name }])).values()],
      findings: some.reduce((sum, { findings }) => sum + Math.max(1, findings), 0),
    })),
  };
}

const titleOf = ({ control, title }: Pick<DigestEntry, "control" | "title">): string =>
  control ? `${control} ${title}` : title;
