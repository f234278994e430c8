import {
  CreateEventBusCommand,
  DescribeRuleCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { GetEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, GetQueueAttributesCommand, GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, account, allow, policy, refusal, region, startAws } from "./authorise";

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.stop());

describe("a call is about", () => {
  it("the rule that it names, on its own bus", async () => {
    const EventPattern = '{"source":["x"]}';
    await aws.events.send(new CreateEventBusCommand({ Name: "bus" }));
    const { RuleArn: here = "" } = await aws.events.send(new PutRuleCommand({ Name: "one", EventPattern }));
    const there = (await aws.events.send(new PutRuleCommand({ Name: "two", EventBusName: "bus", EventPattern })))
      .RuleArn;
    const may = ["events:DescribeRule", "events:ListTargetsByRule"];
    const someone = await aws.as("sees-rules", [allow(may, [here, there ?? ""])]);
    const stranger = await aws.as("sees-another", [allow(may, here)]);

    await someone.events.send(new DescribeRuleCommand({ Name: "one" }));
    await someone.events.send(new DescribeRuleCommand({ Name: "two", EventBusName: "bus" }));
    await someone.events.send(new ListTargetsByRuleCommand({ Rule: "one" }));
    await someone.events.send(new ListTargetsByRuleCommand({ Rule: "two", EventBusName: "bus" }));
    const denied = await refusal(
      stranger.events.send(new ListTargetsByRuleCommand({ Rule: "two", EventBusName: "bus" })),
    );

    expect(there).toMatch(/:rule\/bus\/two$/);
    expect(denied.name).toBe("AccessDeniedException");
  });

  it("the queue of the account that it names, whose policy may let in one role of another", async () => {
    const there = aws.of("333333333333");
    const may = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"];
    const arn = `arn:aws:sqs:${region}:333333333333:kept`;
    const watches = { ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${account}:role/watcher` } };
    const Principal = { AWS: `arn:aws:iam::${account}:root` };
    const Policy = policy([{ ...allow(may, arn), Principal, Condition: watches }]);
    await there.sqs.send(new CreateQueueCommand({ QueueName: "kept", Attributes: { Policy } }));
    const [watcher, other] = [await aws.as("watcher", [allow(may, arn)]), await aws.as("other", [allow(may, arn)])];
    const unable = await aws.as("unable", []);
    const ask = { QueueName: "kept", QueueOwnerAWSAccountId: "333333333333" };

    const { QueueUrl } = await watcher.sqs.send(new GetQueueUrlCommand(ask));
    const seen = await watcher.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
    const refused = await Promise.all([other, unable].map(({ sqs }) => refusal(sqs.send(new GetQueueUrlCommand(ask)))));

    expect(seen.Attributes).toEqual({ QueueArn: arn });
    expect(refused.map(({ name }) => name)).toEqual(["AccessDenied", "AccessDenied"]);
  });

  it("the one event source mapping that it asks for, and no list", async () => {
    const UUID = "12345678-1234-1234-1234-123456789012";
    const arn = `arn:aws:lambda:${region}:${account}:event-source-mapping:${UUID}`;
    const someone = await aws.as("sees-one", [allow("lambda:GetEventSourceMapping", arn)]);

    const missing = await refusal(someone.lambda.send(new GetEventSourceMappingCommand({ UUID })));
    const denied = await refusal(
      someone.lambda.send(new GetEventSourceMappingCommand({ UUID: UUID.replace("1", "9") })),
    );

    expect(missing.name).toBe("ResourceNotFoundException");
    expect(denied.name).toBe("AccessDeniedException");
  });
});
