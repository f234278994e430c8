import { describe, expect, it } from "vitest";
import { account, allow, allowService, delegation, region } from "./authorise";
import { type Finding, replay } from "./replay";

const role = `arn:aws:iam::${account}:role/intake`;
const session = `arn:aws:sts::${account}:assumed-role/intake/intake`;
const queue = `arn:aws:sqs:${region}:${account}:opening`;
const other = `arn:aws:sqs:${region}:${account}:closing`;
const key = `arn:aws:kms:${region}:${account}:key/1`;
const rule = `arn:aws:events:${region}:${account}:rule/opening`;
const bucket = "arn:aws:s3:::history";

const document = (kind: string, owner: string, ...statements: object[]) => ({
  kind,
  owner,
  document: { Version: "2012-10-17", Statement: statements },
});
const request = (principal: string, action: string, resource: string, context: object = {}, decision = "allowed") => ({
  kind: "authorisation",
  point: "test",
  principal,
  action,
  resource,
  decision,
  region,
  context,
});
const ofRule = (arn = rule) => ({ "aws:sourcearn": arn, "aws:sourceaccount": arn.split(":")[4] });

const brief = ({ kind, index, problem, part, value, on }: Finding) =>
  [kind, index, problem, part, value, on && `on ${on}`].filter((one) => one !== undefined).join(" ");
const findings = async (policies: object[], requests: object[], made?: string[]) =>
  (await replay(policies, requests, made)).findings.map(brief);

describe("what a run did not need", () => {
  it("is told of statements and actions, and each that it needed with a request", async () => {
    const policies = [
      document("role", role, allow(["sqs:ReceiveMessage", "sqs:PurgeQueue"], queue), allow("sns:Publish", queue)),
      document("queue", queue, allowService("events.amazonaws.com", "sqs:SendMessage", queue, rule)),
    ];

    const report = await replay(policies, [
      request(session, "sqs:ReceiveMessage", queue),
      request("events.amazonaws.com", "sqs:SendMessage", queue, ofRule()),
    ]);

    expect(report.findings.map(brief)).toEqual(["role 0 unneeded Action sqs:PurgeQueue", "role 1 unneeded"]);
    expect(report.statements.map(({ needed, request }) => [needed, request?.action])).toEqual([
      [true, "sqs:ReceiveMessage"],
      [false, undefined],
      [true, "sqs:SendMessage"],
    ]);
  });

  it("is told of resources", async () => {
    const policies = [document("role", role, allow("sqs:SendMessage", [queue, other]))];

    const found = await findings(policies, [request(session, "sqs:SendMessage", queue)]);

    expect(found).toEqual([`role 0 unneeded Resource ${other}`]);
  });

  it("is told of an action on a resource, where each was needed by itself", async () => {
    const policies = [document("role", role, allow(["sqs:SendMessage", "sqs:ReceiveMessage"], [queue, other]))];

    const found = await findings(policies, [
      request(session, "sqs:SendMessage", queue),
      request(session, "sqs:ReceiveMessage", queue),
      request(session, "sqs:SendMessage", other),
    ]);

    expect(found).toEqual([`role 0 unneeded Action sqs:ReceiveMessage on ${other}`]);
  });

  it("is told of principals, and of values of a condition", async () => {
    const statement = {
      ...allowService("events.amazonaws.com", "sqs:SendMessage", queue),
      Principal: { Service: ["events.amazonaws.com", "sns.amazonaws.com"] },
      Condition: { ArnEquals: { "aws:SourceArn": [rule, `${rule}-2`] } },
    };

    const found = await findings(
      [document("queue", queue, statement)],
      [request("events.amazonaws.com", "sqs:SendMessage", queue, ofRule())],
    );

    expect(found).toEqual([
      "queue 0 unneeded Principal.Service sns.amazonaws.com",
      `queue 0 unneeded Condition.ArnEquals.aws:SourceArn ${rule}-2`,
    ]);
  });

  it("is none of a key's delegation and the role's own statement: it takes both", async () => {
    const named = { ...delegation, Action: "kms:Decrypt" };
    const policies = [document("key", key, named), document("role", role, allow("kms:Decrypt", key))];

    expect(await findings(policies, [request(session, "kms:Decrypt", key)])).toEqual([]);
  });

  it("is both of two statements that allow the same", async () => {
    const policies = [document("role", role, allow("sqs:SendMessage", queue), allow("sqs:SendMessage", queue))];

    const found = await findings(policies, [request(session, "sqs:SendMessage", queue)]);

    expect(found).toEqual(["role 0 unneeded", "role 1 unneeded"]);
  });

  it("is a Deny that refused nothing, but none that did", async () => {
    const deny = { ...allow("sqs:SendMessage", queue), Effect: "Deny" };
    const idle = { ...allow("sqs:PurgeQueue", queue), Effect: "Deny" };
    const policies = [document("role", role, allow(["sqs:ReceiveMessage"], queue), deny, idle, allow("sqs:*", other))];

    const report = await replay(policies, [
      request(session, "sqs:ReceiveMessage", queue),
      request(session, "sqs:SendMessage", queue, {}, "denied"),
    ]);

    expect(report.statements.map(({ needed }) => needed)).toEqual([true, false, false, false]);
    const allowed = [document("role", role, allow("sqs:SendMessage", queue), deny)];
    const refused = await replay(allowed, [request(session, "sqs:SendMessage", queue, {}, "denied")]);
    expect(refused.statements.map(({ needed }) => needed)).toEqual([false, true]);
  });

  it("is not a Deny under a condition that would refuse what was allowed", async () => {
    const deny = (Resource: string[]) => ({
      ...{ Effect: "Deny", Principal: "*", Action: "s3:*", Resource },
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    const may = {
      ...allowService("config.amazonaws.com", "s3:PutObject", `${bucket}/AWSLogs/*`),
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    };
    const put = request("config.amazonaws.com", "s3:PutObject", `${bucket}/AWSLogs/check`, {
      ...{ "aws:sourceaccount": account, "aws:securetransport": "true" },
    });

    const found = await findings([document("bucket", bucket, deny([bucket, `${bucket}/*`]), may)], [put]);

    expect(found).toEqual([`bucket 0 unneeded Resource ${bucket}`]);
  });

  it("is a Deny under a condition that would refuse nothing of what was allowed", async () => {
    const Condition = { Bool: { "aws:SecureTransport": "false" } };
    const deny = { ...allow("sqs:PurgeQueue", queue), Effect: "Deny", Condition };

    const policies = [document("role", role, deny, allow("sqs:SendMessage", queue))];

    expect(await findings(policies, [request(session, "sqs:SendMessage", queue)])).toEqual(["role 0 unneeded"]);
  });
});

describe("what is wider than it must be", () => {
  it("is a star or a pattern that met one resource", async () => {
    const policies = [document("role", role, allow("sqs:SendMessage", "*"), allow("sns:Publish", `${queue}*`))];

    const report = await replay(policies, [
      request(session, "sqs:SendMessage", queue),
      request(session, "sns:Publish", queue),
    ]);

    expect(report.findings.map(brief)).toEqual(["role 0 wide Resource *", `role 1 wide Resource ${queue}*`]);
    expect(report.findings[0]?.advice).toBe(`It met only ${queue}: ${queue} grants that.`);
  });

  it("is a pattern that met several, if the stacks made them all", async () => {
    const policies = [document("role", role, allow("sqs:SendMessage", `arn:aws:sqs:${region}:${account}:*`))];
    const requests = [request(session, "sqs:SendMessage", queue), request(session, "sqs:SendMessage", other)];

    const known = await findings(policies, requests, [role, queue, other]);
    const foreign = await findings(policies, requests, [role, queue]);

    expect(known).toEqual([`role 0 wide Resource arn:aws:sqs:${region}:${account}:*`]);
    expect(foreign).toEqual([]);
  });

  it.each([
    ["logs:PutLogEvents", `arn:aws:logs:${region}:${account}:log-group:intake:`, "log-stream:*", "log-stream:2026/11"],
    ["states:DescribeExecution", `arn:aws:states:${region}:${account}:execution:`, "workflow:*", "workflow:1"],
    ["s3:PutObject", `${bucket}/`, "AWSLogs/Config/*", "AWSLogs/Config/check"],
  ])("is not what %s names at run time, under the narrowest parent", async (action, start, narrow, met) => {
    const requests = [request(session, action, start + met)];

    const asNarrow = await findings([document("role", role, allow(action, start + narrow))], requests);
    const wider = await findings([document("role", role, allow(action, `${start}*`))], requests);

    expect(asNarrow).toEqual([]);
    expect(wider).toEqual([`role 0 wide Resource ${start}*`]);
  });

  it("is what one parent's are named by, where another parent's are under it", async () => {
    const policies = [document("role", role, allow("s3:PutObject", `${bucket}/*`))];
    const requests = ["check", "AWSLogs/1"].map((object) => request(session, "s3:PutObject", `${bucket}/${object}`));

    expect(await findings(policies, requests, [role])).toEqual([`role 0 wide Resource ${bucket}/*`]);
  });

  it("is a pattern of actions, everybody as principal, and a source that could be named", async () => {
    const statement = {
      ...{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sqs:*", Resource: queue },
      Condition: { ArnLike: { "aws:SourceArn": `arn:aws:events:${region}:${account}:rule/*` } },
    };

    const found = await findings(
      [document("queue", queue, statement)],
      [request("events.amazonaws.com", "sqs:SendMessage", queue, ofRule())],
    );

    expect(found).toEqual([
      "queue 0 wide Action sqs:*",
      "queue 0 wide Principal.AWS *",
      `queue 0 wide Condition.ArnLike.aws:SourceArn arn:aws:events:${region}:${account}:rule/*`,
    ]);
  });

  it("is not the star of a key's own policy, which is the key", async () => {
    const policies = [document("key", key, { ...delegation, Action: "kms:Decrypt" })];
    const own = document("role", role, allow("kms:Decrypt", key));

    expect(await findings([...policies, own], [request(session, "kms:Decrypt", key)])).toEqual([]);
  });
});

describe("whom a service is let in for", () => {
  const send = request("events.amazonaws.com", "sqs:SendMessage", queue, ofRule());
  const accept = (Condition?: object) => ({
    ...allowService("events.amazonaws.com", "sqs:SendMessage", queue),
    ...(Condition && { Condition }),
  });

  it.each<[string, object | undefined]>([
    ["no condition at all", undefined],
    ["a condition on something else", { StringEquals: { "aws:PrincipalServiceName": "events.amazonaws.com" } }],
  ])("is anybody with %s", async (_what, condition) => {
    const found = await findings([document("queue", queue, accept(condition))], [send]);

    expect(found).toContain("queue 0 unbound");
  });

  it.each<[string, object]>([
    ["its ARN", { ArnEquals: { "aws:SourceArn": rule } }],
    ["its account", { StringEquals: { "aws:SourceAccount": account } }],
  ])("is only one whose source is named by %s", async (_what, condition) => {
    expect(await findings([document("queue", queue, accept(condition))], [send])).toEqual([]);
  });

  it("is who names no source, where the condition holds without one", async () => {
    const condition = { StringEqualsIfExists: { "aws:SourceAccount": account } };

    const report = await replay([document("queue", queue, accept(condition))], [send]);

    expect(report.findings.map(({ advice }) => advice)).toEqual([
      "Its condition on aws:SourceAccount lets no value at all in: compare it exactly.",
    ]);
  });
});

describe("a replay", () => {
  it("tells which requests the given policies decide otherwise", async () => {
    const policies = [document("role", role, allow("sns:Publish", "*"))];

    const report = await replay(policies, [request(session, "sqs:ReceiveMessage", queue)]);

    expect(report.unexplained).toEqual([expect.objectContaining({ action: "sqs:ReceiveMessage" })]);
  });

  it("goes by what the stacks' own roles and services did, not by who deployed them", async () => {
    const deployer = `arn:aws:iam::${account}:role/deploy`;
    const policies = [
      document("role", deployer, allow("kms:*", key)),
      document("role", role, allow("kms:Decrypt", key)),
      document("key", key, delegation),
    ];
    const deploys = request(`arn:aws:sts::${account}:assumed-role/deploy/me`, "kms:PutKeyPolicy", key);

    const byDeployer = await replay(policies, [deploys], [role, key]);
    const byItself = await replay(policies, [request(session, "kms:Decrypt", key)], [role, key]);

    expect(byDeployer.statements.map(({ owner, needed }) => [owner, needed])).toEqual([
      [role, false],
      [key, false],
    ]);
    expect(byItself.statements.map(({ needed }) => needed)).toEqual([true, true]);
  });

  it("counts requests once that differ in the session alone, or by what no policy looks at", async () => {
    const again = request(`${session}-2`, "sqs:SendMessage", queue, { "aws:userid": "x" });

    const report = await replay(
      [document("role", role, allow("sqs:SendMessage", queue))],
      [request(session, "sqs:SendMessage", queue), again, request(session, "sqs:SendMessage", queue)],
    );

    expect([report.requests, report.parts]).toEqual([1, 2]);
  });
});
