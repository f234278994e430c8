import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateFunctionCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { installMinistack, startMinistack } from "../../../sandbox/aws/ministack";
import { account, allow, code, refusal, region, startAws } from "./authorise";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hakken-ministack-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** A `python3` alone on PATH, which writes down what it is asked and makes virtual environments of itself. */
async function fakePython({ version = "3.12", hasVenv = true, pip = "sleep 0.3" } = {}) {
  const bin = join(folder, "path");
  const log = join(folder, "log");
  await mkdir(bin);
  const script = `#!/bin/sh
PATH=/usr/bin:/bin
case "$1 $2" in
  "-c "*) echo ${version}; exit ${hasVenv ? 0 : 1};;
  "-m venv") echo venv >> ${log}; mkdir -p "$3/bin"; cp "$0" "$3/bin/python";;
  "-m pip") echo pip >> ${log}; ${pip};;
esac
`;
  await writeFile(join(bin, "python3"), script);
  await chmod(join(bin, "python3"), 0o755);
  vi.stubEnv("PATH", bin);
  const asked = () => readFile(log, "utf8").then((text) => text.trim().split("\n"));
  return { asked, sandbox: join(folder, "sandbox"), log };
}

describe("the installation", () => {
  it("happens once, also when it is asked for twice at once", async () => {
    const { asked, sandbox } = await fakePython();

    const pythons = await Promise.all([installMinistack({ folder: sandbox }), installMinistack({ folder: sandbox })]);
    await installMinistack({ folder: sandbox });

    expect(new Set(pythons)).toEqual(new Set([join(sandbox, "venv/bin/python")]));
    expect(await asked()).toEqual(["venv", "pip"]);
  });

  it("starts over after it was interrupted, also when the lock was left behind", async () => {
    const { asked, sandbox } = await fakePython();
    await mkdir(join(sandbox, "venv/bin"), { recursive: true });
    await writeFile(join(sandbox, "venv/bin/python"), "half of it");
    await writeFile(join(sandbox, "venv.lock"), "999999999");

    await installMinistack({ folder: sandbox });

    expect(await asked()).toEqual(["venv", "pip"]);
  });

  it("fails with what pip says, and tries again the next time", async () => {
    const { asked, sandbox } = await fakePython({ pip: "echo 'no such index' >&2; exit 1" });

    const first = await refusal(installMinistack({ folder: sandbox }));
    await refusal(installMinistack({ folder: sandbox }));

    expect(first.message).toMatch(/Could not install the local AWS's packages: .*no such index/s);
    expect(await asked()).toEqual(["venv", "pip", "venv", "pip"]);
  });

  it("names the package to install where Python has no venv", async () => {
    const { sandbox } = await fakePython({ hasVenv: false });

    const refused = await refusal(installMinistack({ folder: sandbox }));

    expect(refused.message).toContain("apt install python3.12-venv");
  });

  it("names the version that it needs and the one that it found", async () => {
    const { sandbox } = await fakePython({ version: "3.9" });

    const refused = await refusal(installMinistack({ folder: sandbox }));

    expect(refused.message).toMatch(/needs Python 3\.10 or later .* Found: python3 is 3\.9/);
  });
});

describe("a start that fails", () => {
  it("says how it ended, with the end of the log", async () => {
    const python = join(folder, "python");
    await writeFile(python, "#!/bin/sh\necho 'Traceback: no module' >&2\nexit 3\n");
    await chmod(python, 0o755);

    const started = startMinistack({ folder, python, nodeBin: process.execPath, lambdaModules: "node_modules" });

    await expect(started).rejects.toThrow(/did not start \(it ended with code 3\).*Traceback: no module/s);
  });
});

describe("the local AWS", () => {
  it("hands its functions the SDK and Node that Lambda has, and nothing of the developer's shell", async () => {
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "of the developer");
    vi.stubEnv("GITHUB_TOKEN", "of the developer");
    const aws = await startAws({ SOMETHING_OF_THE_LAUNCHER: "private" });
    const source = `exports.handler = async () => {
      const has = (name) => { try { require.resolve(name); return true; } catch { return false; } };
      return { env: process.env, node: process.version, has: [has("@aws-sdk/client-sqs"), has("fastify")] };
    }`;
    const settings = { FunctionName: "looks", Runtime: "nodejs24.x" as const, Handler: "index.handler" };
    const Role = await aws.role("looks", "lambda.amazonaws.com");
    const Environment = { Variables: { OURS: "yes" } };
    await aws.lambda.send(
      new CreateFunctionCommand({ ...settings, Role, Environment, Code: { ZipFile: code(source) } }),
    );

    const answer = await aws.lambda.send(new InvokeCommand({ FunctionName: "looks" }));
    await aws.stop();

    const seen = JSON.parse(Buffer.from(answer.Payload ?? []).toString()) as {
      env: Record<string, string>;
      node: string;
      has: boolean[];
    };
    expect(seen.has).toEqual([true, false]);
    expect(seen.node).toMatch(/^v24\./);
    expect(seen.env).toMatchObject({ OURS: "yes", AWS_REGION: region });
    expect(JSON.stringify(seen.env)).not.toContain("of the developer");
    expect(Object.keys(seen.env).filter((name) => /SANDBOX|LAUNCHER|PYTHON|GITHUB/.test(name))).toEqual([]);
  });

  it("does not take the developer's own key for its root", async () => {
    const developer = { accessKeyId: "AKIADEVELOPERDEVELOP", secretAccessKey: "of the developer" };
    vi.stubEnv("AWS_ACCESS_KEY_ID", developer.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", developer.secretAccessKey);
    const aws = await startAws();
    const sts = new STSClient({ endpoint: aws.endpoint, region, credentials: developer, maxAttempts: 1 });

    const refused = await refusal(sts.send(new GetCallerIdentityCommand({})));
    await aws.stop();

    expect(refused.name).toBe("InvalidClientTokenId");
  });

  it("tells what goes on, what happened and which policies hold, on routes of its own", async () => {
    const aws = await startAws();
    const ask = async (what: string) => (await fetch(`${aws.endpoint}/_sandbox/${what}`)).json();
    const queue = await aws.queue("unread");
    await aws.role("someone", `arn:aws:iam::${account}:root`, [allow("sqs:*", "*")]);

    await aws.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: "stays" }));

    expect(await ask("activity")).toEqual({
      // Nothing consumes the queue: its message is not something that will still happen.
      idle: true,
      queues: [{ account, region, name: "unread", visible: 1, inFlight: 0, delayed: 0, consumed: false }],
      executions: [],
      invocations: 0,
      deliveries: 0,
    });
    expect(await ask("journal?after=0")).toEqual({ entries: expect.any(Array) });
    const owner = `arn:aws:iam::${account}:role/someone`;
    const policies = (await ask("policies")) as { kind: string; owner: string; name?: string }[];
    expect(policies.map(({ kind, owner, name }) => ({ kind, owner, name }))).toEqual([
      { kind: "role", owner, name: "rights" },
      { kind: "trust", owner, name: undefined },
    ]);
    await aws.stop();
  });
});
