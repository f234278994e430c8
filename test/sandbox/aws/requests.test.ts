import {
  CreateEventBusCommand,
  DescribeRuleCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { GetEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, allow, refusal, region, startAws } from "./authorise";

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

  it("the one event source mapping that it asks for, and no list", async () => {
    const UUID = "12345678-1234-1234-1234-123456789012";
    const account = (await aws.role("any", "lambda.amazonaws.com")).split(":")[4];
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
