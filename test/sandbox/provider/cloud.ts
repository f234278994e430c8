import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { LocalWorkspace, type OutputMap, PulumiCommand, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { engine } from "../../../ops/engine/engine";
import { installMinistack, startMinistack } from "../../../sandbox/aws/ministack";
import {
  type ControlPlane,
  type ControlPlaneOptions,
  controlPlane,
} from "../../../sandbox/doubles/controlPlane/controlPlane";
import type { OrganizationSetup } from "../../../sandbox/doubles/organizations/organization";
import { type ProviderOptions, startProvider } from "../../../sandbox/provider/server";

const PROJECT = path.resolve(__dirname, "../../..");
export const ACCOUNTS = { management: "111111111111", audit: "222222222222", prod: "333333333333" };

/** The real engine on the stand-in provider and a local AWS, all of it in a folder that goes at the end. */
export interface Cloud {
  readonly endpoint: string;
  readonly folder: string;
  readonly providerPort: number;
  readonly log: string[];
  /** Root credentials of an account, for an SDK client that looks at what was made. */
  as(account: string, region?: string): { endpoint: string; region: string; credentials: Keys };
  stack(name: string, program: PulumiFn): Promise<Stack>;
  close(): Promise<void>;
}

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** A cloud with an organization, and the doubles of the services that know it. */
export interface OrganizationCloud extends Cloud {
  readonly plane: ControlPlane;
}

type Setup = Pick<ControlPlaneOptions, "timing"> & Omit<OrganizationSetup, "managementAccountId" | "accounts">;

/** Starts a cloud whose organization has ACCOUNTS, less those that stand outside. */
export async function startOrganization({ timing, ...setup }: Setup): Promise<OrganizationCloud> {
  const outside = setup.outside?.map(({ id }) => id) ?? [];
  const accounts = Object.entries(ACCOUNTS)
    .filter(([, id]) => !outside.includes(id))
    .map(([name, id]) => ({ id, name, email: `${name}@example.com` }));
  const endpoint = () => cloud.endpoint;
  const organization = { managementAccountId: ACCOUNTS.management, accounts, ...setup };
  const plane = controlPlane({ organization, timing, endpoint });
  const cloud = await startCloud({ doubles: { ...(await plane.listen()) } });
  const close = async () => {
    await cloud.close();
    await plane.close();
  };
  return { ...cloud, plane, close };
}

export async function startCloud(options: { doubles?: Record<string, string> } = {}): Promise<Cloud> {
  const folder = mkdtempSync(path.join(tmpdir(), "hakken-provider-"));
  const python = process.env.MINISTACK_PYTHON ?? (await installMinistack({ folder: path.join(PROJECT, ".sandbox") }));
  const ministack = await startMinistack({
    folder,
    python,
    nodeBin: process.execPath,
    lambdaModules: path.join(PROJECT, "node_modules"),
    doubles: options.doubles,
  });
  return { ...(await attach(folder, ministack.endpoint)), close: closing(folder, () => ministack.stop()) };

  async function attach(home: string, endpoint: string): Promise<Omit<Cloud, "close">> {
    const credentialsFile = path.join(home, "credentials");
    writeFileSync(
      credentialsFile,
      Object.entries(ACCOUNTS)
        .map(([name, id]) => `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = local\n`)
        .join("\n"),
    );
    const folders: string[] = [];
    // A folder a stack: Pulumi.yaml is written there, and a program's relative paths are resolved from there.
    const workDirOf = (name: string) => {
      const workDir = path.join(home, "work", name);
      if (folders.includes(workDir)) return workDir;
      mkdirSync(workDir, { recursive: true });
      symlinkSync(path.join(PROJECT, "node_modules"), path.join(workDir, "node_modules"));
      folders.unshift(workDir);
      return workDir;
    };
    const log: string[] = [];
    const provider = await startProvider({
      endpoint,
      credentialsFile,
      programDirs: () => folders,
      log: (line) => void log.push(line),
    } satisfies ProviderOptions);
    stops.push(() => provider.stop());
    mkdirSync(path.join(home, "state"));
    const { root } = await engine({ progress: () => {} });
    const pulumiCommand = await PulumiCommand.get({ root });

    return {
      endpoint,
      folder: home,
      providerPort: provider.port,
      log,
      as: (account, region = "ap-northeast-1") => ({
        endpoint,
        region,
        credentials: { accessKeyId: account, secretAccessKey: "local" },
      }),
      stack: (name, program) =>
        LocalWorkspace.createOrSelectStack(
          { stackName: `organization/${name}/test`, projectName: name, program },
          {
            workDir: workDirOf(name),
            pulumiHome: path.join(home, "pulumi"),
            pulumiCommand,
            projectSettings: { name, runtime: "nodejs", backend: { url: `file://${home}/state` } },
            envVars: {
              PULUMI_CONFIG_PASSPHRASE: "test",
              PULUMI_DEBUG_PROVIDERS: `aws:${provider.port}`,
              PULUMI_SKIP_UPDATE_CHECK: "true",
              PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            },
          },
        ),
    };
  }
}

const stops: (() => Promise<void>)[] = [];

const closing = (folder: string, last: () => Promise<void>) => async () => {
  for (const stop of [...stops.splice(0), last]) await stop();
  rmSync(folder, { recursive: true, force: true });
};

/** The values of a stack's outputs. */
export function values(outputs: OutputMap): Record<string, unknown> {
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
}

/** The lines of an engine's error that say what was wrong. */
export function reason(error: unknown): string {
  const lines = error instanceof Error ? error.message.split("\n") : [];
  return [
    ...new Set(lines.filter((line) => /error:|has a problem|^\s*\* /.test(line)).map((line) => line.trim())),
  ].join("\n");
}
