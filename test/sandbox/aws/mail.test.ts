import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Aws, refusal, startAws, until } from "./authorise";

interface Mail {
  path: string;
  body: Record<string, string>;
}

let aws: Aws;
let mailbox: Server;
let mails: Mail[] = [];
/** The status of each answer to come; 200 when there is none left. */
let answers: number[] = [];

beforeAll(async () => {
  mailbox = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    mails.push({ path: request.url ?? "", body: JSON.parse(text) });
    response.writeHead(answers.shift() ?? 200).end("{}");
  });
  await new Promise<void>((done) => mailbox.listen(0, "127.0.0.1", done));
  aws = await startAws({ SANDBOX_MAIL: `http://127.0.0.1:${(mailbox.address() as AddressInfo).port}/mail` });
});
afterAll(async () => {
  await aws.stop();
  mailbox.close();
});
beforeEach(() => {
  mails = [];
  answers = [];
});

const address = "oncall@example.com";

async function subscribed(name: string) {
  const { TopicArn } = await aws.sns.send(new CreateTopicCommand({ Name: name }));
  const answer = await aws.sns.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: address }));
  // By its topic: the last test's confirmation may come late.
  const isAsked = ({ path, body }: Mail) => path === "/mail/confirm" && body.topicArn === TopicArn;
  const asked = await until(async () => mails.find(isAsked), "the confirmation");
  return { TopicArn, answer, asked };
}

async function confirmed(name: string) {
  const { TopicArn, asked } = await subscribed(name);
  expect((await fetch(asked.body.confirmUrl ?? "")).status).toBe(200);
  return TopicArn;
}

const shown = async (TopicArn: string | undefined) => {
  const found = await aws.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  return found.Subscriptions?.map((one) => one.SubscriptionArn);
};
const delivered = () => mails.filter((mail) => mail.path === "/mail/deliver");

describe("an address", () => {
  it("is pending until its owner follows the link, and gets nothing before", async () => {
    const { TopicArn, answer } = await subscribed("pending");

    await aws.sns.send(new PublishCommand({ TopicArn, Message: "nobody hears" }));

    expect(answer.SubscriptionArn).toBe("pending confirmation");
    expect(await shown(TopicArn)).toEqual(["PendingConfirmation"]);
    expect(delivered()).toEqual([]);
  });

  it("can't be unsubscribed while it is pending", async () => {
    const { TopicArn } = await subscribed("undeletable");
    const more = { TopicArn, Protocol: "email", Endpoint: address, ReturnSubscriptionArn: true };
    const { SubscriptionArn } = await aws.sns.send(new SubscribeCommand(more));

    const refused = await refusal(aws.sns.send(new UnsubscribeCommand({ SubscriptionArn })));

    expect(refused.name).toMatch(/^InvalidParameter/);
    expect(await shown(TopicArn)).toHaveLength(1);
  });

  it("gets what is published once it has confirmed", async () => {
    const TopicArn = await confirmed("hears");

    const { MessageId } = await aws.sns.send(new PublishCommand({ TopicArn, Subject: "[HIGH] one", Message: "発見" }));

    const mail = await until(async () => delivered()[0], "the mail");
    expect(mail.body).toMatchObject({
      topicArn: TopicArn,
      endpoint: address,
      subject: "[HIGH] one",
      message: "発見",
      messageId: MessageId,
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await shown(TopicArn)).toEqual([expect.stringContaining(`${TopicArn}:`)]);
    await aws.journaled({ kind: "mail", topic: TopicArn, endpoint: address } as never);
  });

  it("is tried again while the mailbox is in trouble, and is dropped once its owner unsubscribed", async () => {
    const TopicArn = await confirmed("troubled");
    answers = [500, 200, 410];

    await aws.sns.send(new PublishCommand({ TopicArn, Message: "first" }));
    await until(async () => delivered()[1], "the second attempt");
    await aws.sns.send(new PublishCommand({ TopicArn, Message: "second" }));

    await until(async () => ((await shown(TopicArn))?.length === 0 ? true : undefined), "the end of the subscription");
    expect(delivered().map((mail) => mail.body.message)).toEqual(["first", "first", "second"]);
  });
});

describe("a message to a topic", () => {
  it.each([
    ["a subject that is not ASCII", { Subject: "重大" }],
    ["a subject of two lines", { Subject: "one\ntwo" }],
    ["a subject of a hundred characters", { Subject: "x".repeat(100) }],
    ["nothing in it", { Message: "" }],
    ["more than 256 KB", { Message: "x".repeat(256 * 1024 + 1) }],
  ])("is refused with %s", async (_, part) => {
    const { TopicArn } = await aws.sns.send(new CreateTopicCommand({ Name: "strict" }));

    const refused = await refusal(aws.sns.send(new PublishCommand({ TopicArn, Message: "ok", ...part })));

    expect(refused.name).toMatch(/^InvalidParameter/);
  });
});
