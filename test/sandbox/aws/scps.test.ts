import { ConfigService } from "@aws-sdk/client-config-service";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { IAM } from "@aws-sdk/client-iam";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { STS } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServiceControlPolicy } from "../../../components/baseline/ServiceControlPolicy";
import { recorded } from "../../pulumi/recorded";
import { AUDIT, HOME, MANAGEMENT, PROD, RunningPlane, UNIT } from "../doubles/plane";
import { type Aws, delegation, startAws } from "./authorise";

const ROOT = "r-hakk";
let plane: RunningPlane;
let aws: Aws;
let policyId: string;

/** The policy that the component makes, attached to the unit of PROD. */
beforeAll(async () => {
  plane = await new RunningPlane().start();
  const doubles = { organizations: plane.endpoint("organizations"), guardduty: plane.endpoint("guardduty") };
  aws = await startAws({ SANDBOX_DOUBLES: JSON.stringify(doubles) });
  const { resources } = await recorded(
    () =>
      new ServiceControlPolicy("scp", {
        policyName: "hakken",
        targetIds: [],
        exempt: ["arn:aws:iam::*:role/hakken-deploy"],
        pipelineAccountId: PROD,
        pipelinePrefix: "alerts-",
      }),
  );
  const Content = String(resources.find(({ name }) => name === "scp-policy")?.inputs.content);
  const management = organizations();
  await management.enablePolicyType({ RootId: ROOT, PolicyType: "SERVICE_CONTROL_POLICY" });
  const { Policy } = await management.createPolicy({
    Name: "hakken",
    Description: "",
    Type: "SERVICE_CONTROL_POLICY",
    Content,
  });
  policyId = Policy?.PolicySummary?.Id ?? "";
});
afterAll(async () => {
  await aws?.stop();
  await plane?.close();
});

// Through the local AWS, which must hear of changes.
const how = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) => ({
  endpoint: aws.endpoint,
  region: HOME,
  credentials,
  maxAttempts: 1,
});
const root = (account: string) => how({ accessKeyId: account, secretAccessKey: "any" });
const organizations = () => {
  const { Organizations } = require("@aws-sdk/client-organizations") as typeof import("@aws-sdk/client-organizations");
  return new Organizations(root(MANAGEMENT));
};
/** A session of a role of that name, made if need be, which may do everything as far as its own account goes. */
const administrator = async (account: string, name: string) => {
  const iam = new IAM(root(account));
  const trust = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" };
  const RoleName = name;
  await iam
    .createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }) })
    .catch((error: Error) => {
      if (error.name !== "EntityAlreadyExistsException") throw error;
    });
  const all = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
  await iam.putRolePolicy({ RoleName, PolicyName: "all", PolicyDocument: JSON.stringify(all) });
  const RoleArn = `arn:aws:iam::${account}:role/${name}`;
  const { Credentials } = await new STS(root(account)).assumeRole({ RoleArn, RoleSessionName: "test" });
  return how({
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  });
};
const stop = (as: ReturnType<typeof root>) =>
  new ConfigService(as).stopConfigurationRecorder({ ConfigurationRecorderName: "default" });
/** "done", or the error's name and text. */
const outcome = (call: Promise<unknown>) =>
  call.then(
    () => "done",
    (error: Error) => `${error.name}: ${error.message}`,
  );
const attach = (TargetId = UNIT) => organizations().attachPolicy({ PolicyId: policyId, TargetId });
const detach = (TargetId = UNIT) => organizations().detachPolicy({ PolicyId: policyId, TargetId });

const denied = (who: string, action: string) =>
  `AccessDeniedException: User: ${who} is not authorized to perform: ${action} on resource: * with an explicit deny in a service control policy`;
// There is no recorder: whoever gets as far as AWS Config is told so.
const notThere = expect.stringMatching(/^NoSuchConfigurationRecorderException/);

describe("a service control policy", () => {
  it("refuses a member's administrator and its root to stop the recorder, and lets the exempt role", async () => {
    await attach();
    const admin = await administrator(PROD, "admin");

    const outcomes = [
      await outcome(stop(admin)),
      await outcome(stop(root(PROD))),
      await outcome(stop(await administrator(AUDIT, "admin"))),
      await outcome(stop(root(MANAGEMENT))),
      await outcome(new ConfigService(admin).describeConfigurationRecorders({})),
    ];
    await detach();
    const deployer = await administrator(PROD, "hakken-deploy");
    await attach();
    const exempt = await outcome(stop(deployer));
    await detach();
    const after = await outcome(stop(admin));

    expect(outcomes).toEqual([
      denied(`arn:aws:sts::${PROD}:assumed-role/admin/test`, "config:StopConfigurationRecorder"),
      denied(`arn:aws:iam::${PROD}:root`, "config:StopConfigurationRecorder"),
      notThere,
      notThere,
      "done",
    ]);
    expect([exempt, after]).toEqual([notThere, notThere]);
  });

  it("keeps detectors and the pipeline's rules, no others, and nobody makes a role that would be exempt", async () => {
    await attach(PROD);
    const admin = await administrator(PROD, "admin");
    const { DetectorId } = await new GuardDuty(root(PROD)).createDetector({ Enable: true });
    const events = new EventBridge(admin);
    await events.putRule({ Name: "alerts-opening", EventPattern: '{"source":["aws.securityhub"]}' });
    await events.putRule({ Name: "others", EventPattern: '{"source":["aws.ec2"]}' });

    const outcomes = [
      await outcome(new GuardDuty(admin).deleteDetector({ DetectorId })),
      await outcome(events.deleteRule({ Name: "alerts-opening" })),
      await outcome(events.deleteRule({ Name: "others" })),
      await outcome(new IAM(admin).createRole({ RoleName: "stacksets-exec-mine", AssumeRolePolicyDocument: "{}" })),
    ];
    await detach(PROD);

    const refused = expect.stringContaining("with an explicit deny in a service control policy");
    expect(outcomes).toEqual([refused, refused, "done", refused]);
  });

  it("takes nothing from a root that it does not bind, on whose behalf services use keys", async () => {
    const KmsKeyId = await aws.key([delegation]);

    const made = await outcome(
      aws.secrets.send(new CreateSecretCommand({ Name: "token", SecretString: "secret", KmsKeyId })),
    );

    expect(made).toBe("done");
  });

  it("that allows something alone leaves nothing else, and reaches accounts through the root", async () => {
    const { Policy } = await organizations().createPolicy({
      Name: "config-alone",
      Description: "",
      Type: "SERVICE_CONTROL_POLICY",
      Content: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "config:*", Resource: "*" }],
      }),
    });
    const PolicyId = Policy?.PolicySummary?.Id ?? "";
    await organizations().attachPolicy({ PolicyId, TargetId: ROOT });
    await organizations().detachPolicy({ PolicyId: "p-FullAWSAccess", TargetId: ROOT });

    const outcomes = [
      await outcome(stop(root(PROD))),
      await outcome(new EventBridge(root(PROD)).listRules({})),
      await outcome(new EventBridge(root(MANAGEMENT)).listRules({})),
    ];
    await organizations().attachPolicy({ PolicyId: "p-FullAWSAccess", TargetId: ROOT });
    await organizations().detachPolicy({ PolicyId, TargetId: ROOT });

    expect(outcomes).toEqual([
      notThere,
      expect.stringContaining("because no service control policy allows the events:ListRules action"),
      "done",
    ]);
  });
});
