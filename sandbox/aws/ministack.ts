import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Newest first: the local AWS needs Python 3.10 or later. */
const pythons = ["python3.13", "python3.12", "python3.11", "python3.10", "python3"];

export interface InstallArgs {
  /** The sandbox's folder (`.sandbox`); the virtual environment becomes `venv` in it. */
  folder: string;
  /** Told what is going on when anything takes time; silent by default. */
  progress?: (line: string) => void;
}

/**
 * Installs the local AWS (ministack, pinned in requirements.txt) into a virtual environment, and returns the path of its Python.
 * Does nothing when it is there already. Safe to interrupt, and to call twice at once.
 */
export async function installMinistack({ folder, progress = () => {} }: InstallArgs): Promise<string> {
  const venv = join(folder, "venv");
  const python = join(venv, "bin", "python");
  const requirements = join(launcherHome(), "requirements.txt");
  const wanted = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex");
  // Written last: an environment without it is one whose making was interrupted.
  const stamp = join(venv, "installed");
  const installed = async () => existsSync(python) && (await readIfThere(stamp)) === wanted;
  if (await installed()) return python;

  await mkdir(folder, { recursive: true });
  const unlock = await lock(join(folder, "venv.lock"), progress);
  try {
    if (await installed()) return python; // by whoever held the lock
    const system = await findPython();
    progress(`Installing the local AWS (ministack) with ${system} into ${venv}`);
    await rm(venv, { recursive: true, force: true });
    await attempt("make a virtual environment", system, ["-m", "venv", venv]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
    await attempt("install the local AWS's packages", python, [...pip, "-r", requirements]);
    await writeFile(stamp, wanted);
    return python;
  } finally {
    await unlock();
  }
}

export interface StartArgs {
  /** The sandbox's folder (`.sandbox`); everything that ministack writes goes into `aws` in it. */
  folder: string;
  /** What `installMinistack` returned. */
  python: string;
  /** The Node that runs the functions: the Lambda runtime's major. */
  nodeBin: string;
  /** A `node_modules` folder; the functions see its `@aws-sdk` and `@smithy` alone, as in the real runtime. */
  lambdaModules: string;
  /** Where the doubles of services that ministack lacks listen, by service (the name that requests are signed for). */
  doubles?: Record<string, string>;
  /** The regions of each account that has not all of them: its calls elsewhere are refused. Default: nobody lacks any. */
  regions?: Readonly<Record<string, readonly string[]>>;
  /** Where the mail double listens; without one, mail goes nowhere. */
  mailUrl?: string;
  /** More settings for the launcher, e.g. `SANDBOX_WAIT_SCALE`. */
  env?: Record<string, string>;
}

export interface Ministack {
  /** The one AWS endpoint, on loopback. */
  endpoint: string;
  pid: number;
  /** Ends it and its functions; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts the local AWS on a free port of 127.0.0.1, and resolves once it answers. Fails with the end of its log. */
export async function startMinistack(args: StartArgs): Promise<Ministack> {
  const home = join(resolve(args.folder), "aws");
  const tmp = join(home, "tmp");
  await rm(tmp, { recursive: true, force: true });
  await mkdir(tmp, { recursive: true });
  // Workers are written below TMPDIR: a package.json further up with "type": "module" would make them die without a word.
  await writeFile(join(tmp, "package.json"), "{}\n");
  const modules = await linkRuntimeModules(home, resolve(args.lambdaModules));

  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const log = join(home, "ministack.log");
    const output = await open(log, "w");
    const child = spawn(args.python, ["-m", "launcher"], {
      cwd: home,
      env: environment(args, { home, tmp, modules, port }),
      stdio: ["ignore", output.fd, output.fd],
    });
    await output.close();
    const endpoint = `http://127.0.0.1:${port}`;
    const failure = await untilReady(child, endpoint);
    if (!failure) return { endpoint, pid: child.pid ?? 0, stop: () => stop(child) };

    await stop(child);
    const text = (await readIfThere(log)) ?? "";
    // Someone else may take the port between our look and ministack's.
    if (text.includes("already in use") && attempt < 3) continue;
    throw new Error(`The local AWS did not start (${failure}). The end of ${log}:\n${text.trimEnd().slice(-2_000)}`);
  }
}

interface Places {
  home: string;
  tmp: string;
  modules: string;
  port: number;
}

/** Chosen, never inherited: functions get the launcher's environment, and a developer's shell holds secrets. */
function environment(args: StartArgs, { home, tmp, modules, port }: Places): NodeJS.ProcessEnv {
  return {
    PATH: [dirname(resolve(args.nodeBin)), "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter),
    HOME: home,
    TMPDIR: tmp,
    LANG: "C.UTF-8",
    PYTHONPATH: launcherHome(),
    PYTHONUNBUFFERED: "1",
    NODE_PATH: modules,
    AUTH: "true",
    BIND_HOST: "127.0.0.1",
    MINISTACK_HOST: "127.0.0.1",
    GATEWAY_PORT: String(port),
    MINISTACK_REGION: "ap-northeast-1",
    STATE_DIR: join(home, "state"),
    S3_DATA_DIR: join(home, "s3"),
    LOG_LEVEL: "WARNING",
    LAMBDA_EXECUTOR: "local",
    DOCKER_HOST: "unix:///nowhere", // never touch a developer's containers
    SFTP_ENABLED: "0",
    IOT_MTLS_ENABLED: "0",
    SANDBOX_DOUBLES: JSON.stringify(args.doubles ?? {}),
    SANDBOX_MAIL: args.mailUrl ?? "",
    SANDBOX_REGIONS: JSON.stringify(args.regions ?? {}),
    ...args.env,
  };
}

/** The folder that holds the Python package `launcher`, whether this runs compiled (bin/sandbox/aws) or not. */
function launcherHome(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const home = join(folder, "sandbox", "aws");
    if (existsSync(join(home, "requirements.txt"))) return home;
  }
  throw new Error(`The folder sandbox/aws of the project was not found above ${__dirname}.`);
}

async function linkRuntimeModules(home: string, nodeModules: string): Promise<string> {
  const folder = join(home, "node_modules");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const scope of ["@aws-sdk", "@smithy"]) await symlink(join(nodeModules, scope), join(folder, scope), "dir");
  return folder;
}

async function untilReady(child: ChildProcess, endpoint: string): Promise<string | undefined> {
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code, signal) => {
    ended ??= `it ended with ${signal ?? `code ${code}`}`;
  });
  // It may have ended before anybody listened.
  if (child.exitCode !== null) ended = `it ended with code ${child.exitCode}`;
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
    if (ended) return ended;
    // Someone else may have taken the port, and never answer; or answer for a child that has ended.
    const asked = { signal: AbortSignal.timeout(2_000) };
    const answer = await fetch(`${endpoint}/_ministack/health`, asked).catch(() => undefined);
    const healthy = answer?.ok && (await answer.text().then(Boolean, () => false));
    if (healthy && !ended) return undefined;
  }
  return "no answer within 30 s";
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await gone;
  clearTimeout(late);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("No free port on 127.0.0.1.");
  return address.port;
}

async function findPython(): Promise<string> {
  const found: string[] = [];
  for (const python of pythons) {
    const script = "import sys; print('%d.%d' % sys.version_info[:2]); import venv, ensurepip";
    const result = await run(python, ["-c", script]).catch((error: { stdout?: string }) => ({ failed: error.stdout }));
    if (!("failed" in result)) {
      if (isRecent(result.stdout)) return python;
      found.push(`${python} is ${result.stdout.trim()}`);
    } else if (result.failed && isRecent(result.failed)) {
      found.push(`${python} lacks venv: on Debian and Ubuntu, apt install python${result.failed.trim()}-venv`);
    }
  }
  const seen = found.length ? ` Found: ${found.join("; ")}.` : "";
  throw new Error(`The local AWS needs Python 3.10 or later with venv and pip (tried ${pythons.join(", ")}).${seen}`);
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.trim().split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 10);
}

async function attempt(what: string, command: string, args: string[]): Promise<void> {
  await run(command, args, { maxBuffer: 16 * 1024 * 1024 }).catch((error: { stderr?: string; message: string }) => {
    const said = (error.stderr || error.message).trimEnd().slice(-2_000);
    throw new Error(`Could not ${what}: ${command} ${args.join(" ")}\n${said}`);
  });
}

/** Waits until `file` is ours; a lock whose holder is no longer alive is taken over. */
async function lock(file: string, progress: (line: string) => void): Promise<() => Promise<void>> {
  for (let waited = 0; ; waited++) {
    try {
      await writeFile(file, String(process.pid), { flag: "wx" });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = Number(await readIfThere(file));
    // An empty lock is one being written just now; give its writer a second.
    if (holder ? !isAlive(holder) : waited > 4) {
      await rm(file, { force: true });
      continue;
    }
    if (waited === 0) progress(`Waiting for another installation of the local AWS (process ${holder})`);
    await sleep(250);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
