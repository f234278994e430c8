import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { SNSClient } from "@aws-sdk/client-sns";
import { expect, it } from "vitest";
import { checkAddresses, checkConsumer } from "../../handlers/selfCheck/checks";

/** A client that gives these answers, one after the other. */
const answering = <Client>(...answers: object[]) => ({ send: async () => answers.shift() }) as unknown as Client;
const arn = "arn:aws:sns:ap-northeast-1:111122223333:alerts-alarm-topic";
const subscription = (Endpoint: string, SubscriptionArn: string) => ({ Endpoint, SubscriptionArn });

it("tells addresses that have confirmed, on whichever page, from those that have not and those that are lost", async () => {
  const sns = answering<SNSClient>(
    {
      Subscriptions: [
        subscription("both@example.com", "PendingConfirmation"),
        subscription("waits@example.com", "PendingConfirmation"),
        subscription("left@example.com", "Deleted"),
      ],
      NextToken: "more",
    },
    { Subscriptions: [subscription("Both@example.com", `${arn}:1`), subscription("fine@example.com", `${arn}:2`)] },
  );
  const addresses = ["both", "waits", "left", "never", "Fine"].map((name) => `${name}@example.com`);

  const problems = await checkAddresses(sns, { arn, addresses });

  expect(problems.map(({ kind, what }) => `${kind}: ${what}`)).toEqual([
    `address unconfirmed: waits@example.com of ${arn}`,
    `address lost: left@example.com of ${arn}`,
    `address lost: never@example.com of ${arn}`,
  ]);
});

it.each([
  ["Enabled", 0],
  ["Updating", 0],
  ["Disabled", 1],
  ["Disabling", 1],
  ["Deleting", 1],
])("finds a consumer that is %s: %i problems", async (State, problems) => {
  const lambda = answering<LambdaClient>({ State });

  const found = await checkConsumer(lambda, "opening", "uuid");

  expect(found).toHaveLength(problems);
});
