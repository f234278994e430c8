import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { ImportResource, PulumiCommand } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { ask } from "../cli";

/** What `pulumi preview --import-file` writes, and `pulumi import --file` takes. */
export interface ImportFile {
  /** URNs of parents and providers that are in the state already, by the names that the resources give them. */
  nameTable?: Record<string, string>;
  /** Parents before their children; components and providers among them, which need no id. */
  resources: (ImportResource & { inputs?: Record<string, unknown> })[];
}

export interface Importing {
  cli: PulumiCommand;
  /** Folder of Pulumi.yaml and the stack's settings. */
  workDir: string;
  env?: Record<string, string>;
  /** Whether what is taken over is protected until the next `up`, which does as the program says. */
  protect: boolean;
}

/**
 * Takes resources that exist into a stack's state, and changes nothing else. Fails with CommandError; those that were taken
 * before the failure are in the state.
 *
 * The Automation API's own `import` would load the language's plugin, which a CLI built from Go modules lacks, and ask it about
 * a program that an import never runs. A project without a runtime has none to ask: so it is done in a copy of the project.
 */
export const importInto = async (
  stack: string,
  file: ImportFile,
  { protect, ...options }: Importing,
): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "hakken-adopt-"));
  try {
    writeFileSync(join(folder, "import.json"), JSON.stringify(file), { mode: 0o600 });
    writeFileSync(join(folder, "Pulumi.yaml"), stringify(withoutProgram(options.workDir)));
    const settings = `Pulumi.${shortName(stack)}.yaml`;
    if (existsSync(join(options.workDir, settings)))
      copyFileSync(join(options.workDir, settings), join(folder, settings));
    const args = ["import", "--stack", stack, "--file", "import.json", "--yes", "--skip-preview"];
    await ask(options.cli, [...args, "--generate-code=false", `--protect=${protect}`, "--non-interactive"], {
      workDir: folder,
      env: withBackend(options),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The project's settings, without what says how its program is run. */
const withoutProgram = (workDir: string): Record<string, unknown> => {
  const { runtime: _, main: _main, backend, ...project } = parse(readFileSync(join(workDir, "Pulumi.yaml"), "utf8"));
  return { ...project, ...(backend?.url && { backend: { ...backend, url: absolute(backend.url, workDir) } }) };
};

const withBackend = ({ workDir, env = {} }: Omit<Importing, "protect">): Record<string, string> => {
  const url = env.PULUMI_BACKEND_URL ?? process.env.PULUMI_BACKEND_URL;
  return url ? { ...env, PULUMI_BACKEND_URL: absolute(url, workDir) } : env;
};

/** A backend in a folder may be named by its way from the project. */
const absolute = (url: string, workDir: string): string =>
  /^file:\/\/\.\.?(\/|$)/.test(url) ? `file://${resolve(workDir, url.slice("file://".length))}` : url;

const shortName = (stack: string): string => stack.split("/").at(-1) ?? stack;
