import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { withLock } from "../lock";
import { processId } from "../processes";
import { buildFromGo } from "./build";
import { run } from "./children";
import { download } from "./download";

export interface EngineOptions {
  /** Gets a line at a time of what goes on: only when something has to be installed. */
  progress: (line: string) => void;
  /** Ends what runs and removes what it left. */
  signal?: AbortSignal;
  /** Environment: HOME or PULUMI_HOME says where the CLI is kept, PATH where Go is looked for. Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** The script that downloads the CLI. Default: run.js of the npm package `pulumi`. */
  installer?: string;
}

/** The Pulumi CLI on this machine. */
export interface Engine {
  /** As in package.json's pin: "3.259.0". */
  version: string;
  /** Folder of that version, with bin/pulumi: the `root` of `PulumiCommand.get`. */
  root: string;
}

/**
 * Finds the pinned Pulumi CLI, or installs it: by the npm package `pulumi`, which downloads it, else from Go modules.
 * It is kept where that package and Pulumi's Automation API look for it, `~/.pulumi/versions/VERSION`, so this happens once.
 */
export const engine = async (options: EngineOptions): Promise<Engine> => {
  const env = options.env ?? process.env;
  const installer = options.installer ?? require.resolve("pulumi/run.js");
  const version = pinnedVersion();
  const versions = join(env.PULUMI_HOME || join(env.HOME || homedir(), ".pulumi"), "versions");
  const root = join(versions, version);
  const found = { version, root };
  if (await works(root, version, env)) return found;

  const waiting = (pid: number) =>
    options.progress(`Process ${pid} is installing the Pulumi CLI ${version}: waiting for it.`);
  return await withLock(join(versions, `.${version}.lock`), { waiting, signal: options.signal }, async () => {
    if (await works(root, version, env)) return found;
    removeLeftovers(versions);
    const folder = join(versions, `.installing-${process.pid}`);
    mkdirSync(folder, { recursive: true });
    try {
      await install({ ...options, env, installer, version, root, folder });
    } finally {
      if (options.signal?.aborted) options.progress("Removing what was downloaded so far ...");
      rmSync(folder, { recursive: true, force: true });
    }
    return found;
  });
};

export interface Installation {
  progress: (line: string) => void;
  signal?: AbortSignal;
  env: NodeJS.ProcessEnv;
  installer: string;
  version: string;
  root: string;
  /** Temporary folder beside `root`, removed afterwards whatever happens. */
  folder: string;
}

const install = async (to: Installation): Promise<void> => {
  const problems: string[] = [];
  for (const way of [download, buildFromGo]) {
    try {
      const installed = await way(to);
      if (!(await works(installed, to.version, to.env)))
        throw new Error(`what it installed is not Pulumi ${to.version}`);
      // Only now does anything stand where it is looked for: whole, or not at all.
      rmSync(to.root, { recursive: true, force: true });
      renameSync(installed, to.root);
      return;
    } catch (error) {
      to.signal?.throwIfAborted();
      problems.push((error as Error).message);
      to.progress((error as Error).message);
    }
  }
  throw new Error(
    [
      `No Pulumi CLI ${to.version} on this machine, and no way to get it:`,
      ...problems.map((problem) => `- ${problem}`),
      `Let this machine reach get.pulumi.com, or install Go (https://go.dev/dl) as said above, or put the CLI of exactly this version at ${join(to.root, "bin", "pulumi")} (https://www.pulumi.com/docs/install/versions/).`,
    ].join("\n"),
  );
};

/** The version that package.json pins, of the npm package and the CLI alike. */
const pinnedVersion = (): string => {
  const manifest = join(dirname(require.resolve("pulumi/run.js")), "package.json");
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
};

const works = async (root: string, version: string, env: NodeJS.ProcessEnv): Promise<boolean> => {
  const command = join(root, "bin", "pulumi");
  try {
    accessSync(command, constants.X_OK);
    const [line] = await run(command, ["version"], { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" } });
    return line?.replace(/^v/, "") === version;
  } catch {
    // Not there, or not whole: either way it is to be installed, and what replaces it is checked the same way.
    return false;
  }
};

// What a killed installation left: its folder bears the number of a process that is gone.
const removeLeftovers = (versions: string): void => {
  if (!existsSync(versions)) return;
  for (const name of readdirSync(versions)) {
    const pid = /^\.installing-(\d+)$/.exec(name)?.[1];
    if (pid && (Number(pid) === process.pid || !processId(Number(pid)))) {
      rmSync(join(versions, name), { recursive: true, force: true });
    }
  }
};
