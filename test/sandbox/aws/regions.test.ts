import { PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { ListRolesCommand } from "@aws-sdk/client-iam";
import { ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, allowService, policy, refusal, region, startAws } from "./authorise";

const OPT_IN = "ap-east-1";
const dev = "444444444444";
let aws: Awaited<ReturnType<typeof startAws>>;

beforeAll(async () => {
  aws = await startAws({ SANDBOX_REGIONS: JSON.stringify({ [dev]: [region] }) });
});
afterAll(() => aws.stop());

const post = (what: string, body: unknown) =>
  fetch(`${aws.endpoint}/_sandbox/${what}`, { method: "POST", body: JSON.stringify(body) });

describe("an account that has not opted in to a region", () => {
  it("is unknown there, in each service's own words, and to itself elsewhere as before", async () => {
    const there = aws.of(dev, OPT_IN);

    const lambda = await refusal(there.lambda.send(new ListFunctionsCommand({})));
    const sts = await refusal(there.sts.send(new GetCallerIdentityCommand({})));

    expect([lambda.name, sts.name]).toEqual(["UnrecognizedClientException", "InvalidClientTokenId"]);
    expect(lambda.message).toContain("The security token included in the request is invalid");
    await aws.of(dev).sqs.send(new ListQueuesCommand({}));
    await aws.of(account, OPT_IN).sqs.send(new ListQueuesCommand({}));
  });

  it("is known there to a service of no region", async () => {
    const { Roles } = await aws.of(dev, OPT_IN).iam.send(new ListRolesCommand({}));

    expect(Roles).toEqual([]);
  });

  it("is known there once it has opted in", async () => {
    await post("regions", { [dev]: [region, OPT_IN] });

    const { $metadata } = await aws.of(dev, OPT_IN).sqs.send(new ListQueuesCommand({}));

    expect($metadata.httpStatusCode).toBe(200);
  });
});

describe("time that is moved on", () => {
  it("runs a schedule that fell due meanwhile, once", async () => {
    const arn = `arn:aws:sqs:${region}:${account}:hourly`;
    const { url } = await aws.queue("hourly", {
      Policy: policy([allowService("events.amazonaws.com", "sqs:SendMessage", arn)]),
    });
    await aws.events.send(new PutRuleCommand({ Name: "hourly", ScheduleExpression: "rate(1 hour)" }));
    await aws.events.send(new PutTargetsCommand({ Rule: "hourly", Targets: [{ Id: "1", Arn: arn }] }));

    await post("clock", { advance: 50 * 60_000 });
    const early = await aws.messages(url, 1);
    await post("clock", { advance: 90 * 60_000 });
    const due = await aws.messages(url, 5);
    const again = await aws.messages(url, 1);

    expect([early, due, again].map(({ length }) => length)).toEqual([0, 1, 0]);
  });
});
