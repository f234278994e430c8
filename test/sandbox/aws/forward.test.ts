import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GuardDutyClient, ListDetectorsCommand, UpdateDetectorCommand } from "@aws-sdk/client-guardduty";
import {
  ListDelegatedAdministratorsCommand,
  ListPoliciesCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import {
  BatchGetAutomationRulesCommand,
  BatchImportFindingsCommand,
  BatchUpdateFindingsCommand,
  BatchUpdateFindingsV2Command,
  CreateActionTargetCommand,
  GetConfigurationPolicyCommand,
  GetFindingsCommand,
  GetFindingsV2Command,
  ListAutomationRulesCommand,
  ListMembersCommand,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Aws, account, allow, refusal, region, startAws } from "./authorise";

interface Asked {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: unknown;
}

let aws: Aws;
let double: Server;
let asked: Asked[] = [];
let answer: [number, unknown, Record<string, string>?] = [200, {}];

beforeAll(async () => {
  double = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    // The local AWS asks by itself which service control policies bind an account.
    if (String(request.headers["x-amz-target"]).endsWith(".DescribeOrganization")) {
      response.writeHead(400).end(JSON.stringify({ __type: "AWSOrganizationsNotInUseException" }));
      return;
    }
    asked.push({
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      body: text && JSON.parse(text),
    });
    response.writeHead(answer[0], { "content-type": "application/json", ...answer[2] }).end(JSON.stringify(answer[1]));
  });
  await new Promise<void>((done) => double.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(double.address() as AddressInfo).port}`;
  const doubles = { securityhub: url, guardduty: url, organizations: url };
  aws = await startAws({ SANDBOX_DOUBLES: JSON.stringify(doubles) });
});
afterAll(async () => {
  await aws.stop();
  double.close();
});
beforeEach(() => {
  asked = [];
  answer = [200, {}];
});

const root = { accessKeyId: account, secretAccessKey: "any" };
const settings = (credentials: object = root) => ({
  endpoint: aws.endpoint,
  region,
  credentials: credentials as typeof root,
  maxAttempts: 1,
});

/** Settings for clients of a role's session with these rights. */
async function session(name: string, statements: Record<string, unknown>[]) {
  const arn = await aws.role(name, `arn:aws:iam::${account}:root`, statements);
  const taken = await aws.sts.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: "test" }));
  return settings({
    accessKeyId: taken.Credentials?.AccessKeyId,
    secretAccessKey: taken.Credentials?.SecretAccessKey,
    sessionToken: taken.Credentials?.SessionToken,
  });
}

describe("a request to a service that a double speaks for", () => {
  it("reaches it with path, query and body as they came, and with who calls", async () => {
    const hub = new SecurityHubClient(await session("reads", [allow("securityhub:*", "*")]));
    const policyArn = `arn:aws:securityhub:${region}:${account}:configuration-policy/12345678-1234-1234-1234-123456789012`;
    answer = [200, { Findings: [], Arn: policyArn }];

    await hub.send(new GetFindingsCommand({ MaxResults: 5 }));
    await hub.send(new GetConfigurationPolicyCommand({ Identifier: policyArn }));

    expect(asked[0]).toMatchObject({ method: "POST", url: "/findings", body: { MaxResults: 5 } });
    expect(asked[0]?.headers).toMatchObject({
      "x-sandbox-account": account,
      "x-sandbox-region": region,
      "x-sandbox-principal": `arn:aws:sts::${account}:assumed-role/reads/test`,
    });
    expect(asked[1]?.url).toBe(`/configurationPolicy/get/${encodeURIComponent(policyArn)}`);
  });

  it("carries a JSON service's target, and gives its errors back", async () => {
    const organizations = new OrganizationsClient(settings());
    answer = [400, { __type: "AccessDeniedException", Message: "You don't have permissions." }];

    const refused = await refusal(organizations.send(new ListDelegatedAdministratorsCommand({})));

    expect(asked[0]?.headers["x-amz-target"]).toBe("AWSOrganizationsV20161128.ListDelegatedAdministrators");
    expect(refused).toMatchObject({ name: "AccessDeniedException", message: "You don't have permissions." });
  });

  it("takes a policy's type that botocore's model does not have yet", async () => {
    const organizations = new OrganizationsClient(settings());
    answer = [200, { Policies: [] }];

    await organizations.send(new ListPoliciesCommand({ Filter: "SECURITYHUB_CSPM_POLICY" }));

    expect(asked[0]?.body).toEqual({ Filter: "SECURITYHUB_CSPM_POLICY" });
  });

  it("does not reach it without the right to the action", async () => {
    const rights = [allow("securityhub:GetFindings", `arn:aws:securityhub:${region}:${account}:hub/default`)];
    const hub = new SecurityHubClient(await session("reads-only", rights));
    const guardDuty = new GuardDutyClient(
      await session("one-detector", [
        allow("guardduty:UpdateDetector", `arn:aws:guardduty:${region}:${account}:detector/mine`),
      ]),
    );
    answer = [200, { Findings: [] }];

    await hub.send(new GetFindingsCommand({}));
    await guardDuty.send(new UpdateDetectorCommand({ DetectorId: "mine", Enable: true }));
    const update = new BatchUpdateFindingsCommand({ FindingIdentifiers: [{ Id: "i", ProductArn: "p" }] });
    const refused = [
      await refusal(hub.send(update)),
      await refusal(guardDuty.send(new UpdateDetectorCommand({ DetectorId: "other", Enable: true }))),
      await refusal(guardDuty.send(new ListDetectorsCommand({}))),
    ];

    expect(refused.map((error) => error.name)).toEqual(Array(3).fill("AccessDeniedException"));
    expect(asked).toHaveLength(2);
  });

  it("is authorised on the hub for its members, on a rule for the rule, and on nothing of its own for a list of rules", async () => {
    const [hub, rules] = [
      `arn:aws:securityhub:*:${account}:hub/default`,
      `arn:aws:securityhub:*:${account}:automation-rule/*`,
    ];
    const roles = await Promise.all([
      session("of-all", [
        allow("securityhub:ListMembers", hub),
        allow("securityhub:BatchGetAutomationRules", rules),
        allow("securityhub:ListAutomationRules", "*"),
      ]),
      session("of-others", [
        allow(["securityhub:ListMembers", "securityhub:ListAutomationRules"], rules),
        allow("securityhub:BatchGetAutomationRules", hub),
      ]),
    ]);
    answer = [200, { Members: [], Rules: [], AutomationRulesMetadata: [] }];
    const AutomationRulesArns = [`arn:aws:securityhub:us-east-1:${account}:automation-rule/one`];
    const done = (how: object) =>
      Promise.all(
        [
          new ListMembersCommand({ OnlyAssociated: true }),
          new BatchGetAutomationRulesCommand({ AutomationRulesArns }),
          new ListAutomationRulesCommand({ MaxResults: 100 }),
        ].map((command) =>
          new SecurityHubClient(how).send(command as ListMembersCommand).then(
            () => "done",
            ({ name }: Error) => name,
          ),
        ),
      );

    expect(await Promise.all(roles.map(done))).toEqual([Array(3).fill("done"), Array(3).fill("AccessDeniedException")]);
  });

  it("is authorised for either form of Security Hub by the same actions, each on its own hub", async () => {
    const hub = (kind: string) => `arn:aws:securityhub:${region}:${account}:${kind}`;
    const actions = ["securityhub:GetFindings", "securityhub:BatchUpdateFindings", "securityhub:CreateActionTarget"];
    const roles = await Promise.all(
      ["hub/default", "hubv2/*"].map((kind) =>
        session(`of-${kind.slice(0, 5).replace("/", "")}`, [allow(actions, hub(kind))]),
      ),
    );
    answer = [200, { Findings: [], ProcessedFindings: [], UnprocessedFindings: [], ActionTargetArn: "arn" }];
    const done = (how: object) =>
      Promise.all(
        [
          new GetFindingsCommand({}),
          new BatchUpdateFindingsCommand({ FindingIdentifiers: [{ Id: "i", ProductArn: "p" }] }),
          new CreateActionTargetCommand({ Name: "n", Description: "d", Id: "id" }),
          new GetFindingsV2Command({}),
          new BatchUpdateFindingsV2Command({ MetadataUids: ["0".repeat(64)], StatusId: 2 }),
        ].map((command) =>
          new SecurityHubClient(how).send(command as GetFindingsCommand).then(
            () => "done",
            ({ name }: Error) => name,
          ),
        ),
      );

    const denied = "AccessDeniedException";
    expect(await Promise.all(roles.map(done))).toEqual([
      ["done", "done", "done", denied, denied],
      [denied, denied, denied, "done", "done"],
    ]);
    expect(asked.map(({ url }) => url).sort()).toEqual([
      "/actionTargets",
      "/findings",
      "/findings/batchupdate",
      "/findingsv2",
      "/findingsv2/batchupdatev2",
    ]);
  });

  it.each([
    ["a number out of range", { MaxResults: 101 }, /MaxResults should be <= 100/],
    ["an unknown member", { Filter: {} }, /additional property 'Filter'/],
    ["a value that is not allowed", { SortCriteria: [{ SortOrder: "up" }] }, /SortOrder should be equal to one of/],
  ])("is refused by Security Hub's own name with %s", async (_, input, reason) => {
    // Not by the SDK, which writes only the members that it knows; the signature of a root key is not checked.
    const scope = `Credential=${account}/20260101/${region}/securityhub/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`;

    const refused = await fetch(`${aws.endpoint}/findings`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify(input),
    });

    expect(refused.status).toBe(400);
    expect(refused.headers.get("x-amzn-errortype")).toBe("InvalidInputException");
    expect(await refused.text()).toMatch(reason);
    expect(asked).toEqual([]);
  });

  it("is refused by GuardDuty's own name", async () => {
    const guardDuty = new GuardDutyClient(settings());

    const refused = await refusal(guardDuty.send(new ListDetectorsCommand({ MaxResults: 500 })));

    expect(refused.name).toBe("BadRequestException");
    expect(asked).toEqual([]);
  });

  it("leaves each finding of an import for the service to judge", async () => {
    const hub = new SecurityHubClient(settings());
    answer = [200, { FailedCount: 1, SuccessCount: 0, FailedFindings: [] }];

    await hub.send(new BatchImportFindingsCommand({ Findings: [{ Id: "no more than an id" } as never] }));

    expect(asked).toHaveLength(1);
  });
});
