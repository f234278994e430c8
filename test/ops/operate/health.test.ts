import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { engine } from "../../../ops/engine/engine";
import { projectRoot } from "../../../ops/root";
import { type ControlPlane, controlPlane } from "../../../sandbox/doubles/controlPlane/controlPlane";
import { type Aws, region, startAws } from "../../sandbox/aws/authorise";
import { AUDIT, MANAGEMENT } from "../../sandbox/doubles/plane";
import { type Steps, startAtTerminal } from "../atTerminal";
import { type Project, project } from "../project";
import { commandLine, environment } from "../script";

const PRINCIPAL = "health.amazonaws.com";
const MINUTE = 60_000;

let plane: ControlPlane;
let aws: Aws;
let own: Project;
let env: NodeJS.ProcessEnv;
let settings: Record<string, unknown>;

beforeAll(async () => {
  plane = controlPlane({
    organization: {
      managementAccountId: MANAGEMENT,
      accounts: [MANAGEMENT, AUDIT].map((id) => ({ id, name: id })),
      regions: [region, "us-east-1"],
    },
  });
  aws = await startAws({ SANDBOX_DOUBLES: JSON.stringify(await plane.listen()) });
  own = project(await engine({ progress: console.error }), async () => ({}));
  const role = await aws.roleOf(aws.of(MANAGEMENT), "operator", `arn:aws:iam::${MANAGEMENT}:root`, documentedRights());
  settings = {
    "hakken:role": "management",
    "hakken:account": MANAGEMENT,
    "hakken:homeRegion": region,
    "hakken:deployRoleArn": role,
  };
  own.settings("management", settings);
  await own.run({ command: "up", stacks: ["management"] });
  env = {
    ...environment(own),
    ...{ AWS_ENDPOINT_URL: aws.endpoint, AWS_ACCESS_KEY_ID: MANAGEMENT, AWS_SECRET_ACCESS_KEY: "any" },
  };
}, 120_000);
afterAll(async () => {
  own?.remove();
  await aws?.stop();
  await plane?.close();
});

beforeEach(() => {
  plane.timing.organizationalView = 0;
  own.settings("management", settings);
});
// As in a new organization.
afterEach(() => {
  plane.organization.deregister(PRINCIPAL, AUDIT);
  plane.organization.disableAccess(PRINCIPAL);
});

const ops = (...args: string[]) => {
  const [command = "", ...line] = commandLine(own, args);
  const child = spawn(command, line, { env, stdio: ["ignore", "pipe", "pipe"] });
  const [out, errors]: [string[], string[]] = [[], []];
  child.stdout.setEncoding("utf8").on("data", (text) => out.push(text));
  child.stderr.setEncoding("utf8").on("data", (text) => errors.push(text));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((done) =>
    child.on("close", (code) => done({ code, stdout: out.join(""), stderr: errors.join("") })),
  );
  return { child, ended, stderr: () => errors.join("") };
};
const atTerminal = (steps: Steps, ...args: string[]) => startAtTerminal(steps, commandLine(own, args), env);
const report = ({ stdout }: { stdout: string }) => JSON.parse(stdout).health;
const mode = (mode: string) => own.settings("management", { ...settings, "hakken:health": { mode } });

describe("ops health enable", { timeout: 120_000 }, () => {
  it("waits until the view is enabled, says what comes next, and changes nothing the second time", async () => {
    plane.timing.organizationalView = 1_500;

    const before = await ops("health").ended;
    const first = await ops("health", "enable").ended;
    plane.organization.register(PRINCIPAL, AUDIT);
    const again = await ops("health", "enable", "--json").ended;
    const after = await ops("health", "status").ended;

    expect([before, first, again, after].map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(before.stdout).toMatch(/is DISABLED; hakken:health.mode is organization[\s\S]*npm run ops -- health enable/);
    expect(first.stderr).toContain("✓ management: enable the organizational view: done");
    expect(first.stdout).toMatch(/is ENABLED[\s\S]*No account is its administrator[\s\S]*Next: npm run ops -- up/);
    expect(again.stderr).toContain("enable the organizational view: nothing to do");
    expect(report(again)).toEqual({
      ...{ view: "ENABLED", mode: "organization", changed: false },
      administrators: [AUDIT],
    });
    expect(after.stdout).toContain("Events of all accounts come there from now on");
  });

  it("ends at Ctrl-C, and says that AWS goes on", async () => {
    plane.timing.organizationalView = MINUTE;

    const run = ops("health", "enable");
    while (!plane.organization.trusted.has(PRINCIPAL)) await new Promise((next) => setTimeout(next, 20));
    run.child.kill("SIGINT");
    const { code, stderr } = await run.ended;
    const pending = await ops("health", "--json").ended;

    expect(code).toBe(130);
    expect(stderr).toMatch(/What AWS has begun it ends by itself. How it stands: npm run ops -- health/);
    expect(report(pending).view).toBe("PENDING");
  });

  it("is not for settings that need no view, unless it is forced", async () => {
    mode("forwarding");

    const refused = await ops("health", "enable").ended;
    const left = await ops("health").ended;
    const forced = await ops("health", "enable", "--force").ended;

    expect([refused, left, forced].map(({ code }) => code)).toEqual([2, 0, 0]);
    expect(refused.stderr).toMatch(/health.mode of the stack management is forwarding, which needs no organizational/);
    expect(left.stdout).toBe("The organizational view of AWS Health is DISABLED; hakken:health.mode is forwarding.\n");
    expect(forced.stdout).toMatch(/is ENABLED[\s\S]*Nothing needs it. To disable it: npm run ops -- health disable/);
  });

  it("says what to do without a support plan, and which right is missing", async () => {
    plane.organization.hasSupport = false;
    const plain = await ops("health", "enable").ended;
    plane.organization.hasSupport = true;
    const some = documentedRights().filter(({ Sid }) => Sid !== "SwitchTheView");
    await aws.grant("operator", some, aws.of(MANAGEMENT));
    const unable = await ops("health", "enable").ended;
    await aws.grant("operator", documentedRights(), aws.of(MANAGEMENT));

    expect([plain.code, unable.code]).toEqual([1, 1]);
    expect(plain.stderr).toMatch(/SubscriptionRequiredException[\s\S]*→ .*in the console .*\{ mode: forwarding \}/);
    expect(unable.stderr).toMatch(/AccessDenied\w*: .*health:DescribeHealthServiceStatusForOrganization/);
  });
});

describe("ops health disable", { timeout: 120_000 }, () => {
  it("asks first, and is not for settings that get their events by the view", async () => {
    await ops("health", "enable").ended;
    const wanted = await ops("health", "disable", "--yes").ended;
    mode("off");
    const silent = await ops("health", "disable").ended;
    const no = await atTerminal([["[y/N]", "n\r"]], "health", "disable").ended;
    const still = await ops("health", "--json").ended;
    const yes = await ops("health", "disable", "--yes", "--json").ended;

    expect([wanted, silent, no, still, yes].map(({ code }) => code)).toEqual([2, 2, 8, 0, 0]);
    expect(wanted.stderr).toContain("Set it to forwarding or off and deploy audit and management first");
    expect(silent.stderr).toContain("there is nobody to ask: add --yes");
    expect(no.plain).toContain("From then on no event of another account comes to the audit account. [y/N] n");
    expect([report(still).view, report(yes).view, report(yes).changed]).toEqual(["ENABLED", "DISABLED", true]);
  });

  it("gives AWS's reason where AWS refuses it", async () => {
    await ops("health", "enable").ended;
    plane.organization.register(PRINCIPAL, AUDIT);

    const { code, stderr } = await ops("health", "disable", "--yes", "--force").ended;

    expect(code).toBe(1);
    expect(stderr).toMatch(/management: ConstraintViolationException: .*Deregister it first[\s\S]*→ When that is put/);
  });
});

/** The second policy in docs/ops.md, that of the management account. */
function documentedRights(): Record<string, unknown>[] {
  const page = readFileSync(join(projectRoot(), "docs", "ops.md"), "utf8");
  const [, text = ""] = [...page.matchAll(/```json\n(\{\n {2}"Version"[\s\S]*?)\n```/g)][1] ?? [];
  return (JSON.parse(text) as { Statement: Record<string, unknown>[] }).Statement;
}
