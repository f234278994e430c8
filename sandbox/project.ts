import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ConfigMap, LocalWorkspace, PulumiCommand, type StackSettings } from "@pulumi/pulumi/automation";
import type { Language, Severity } from "../handlers/alert/types";
import type { Engine } from "../ops/engine/engine";
import { detectionSettings } from "./detectionSettings";
import { absentFrom, type Estate, estateIn, STACK_ACCOUNTS, type StackName, settingsFor } from "./estate";
import { ACCOUNTS, HOME_REGION, ORGANIZATION_ID, rootOf } from "./organization";
import type { Places } from "./places";
import type { Run } from "./run";

/** What a person may choose for the sandbox; all else is fixed. */
export interface Choice {
  severities: readonly Severity[];
  language: Language;
  /** Default: false, so that a sandbox can be destroyed at once. */
  protect?: boolean;
}

/** What the doubles know: the settings must name the same. */
export const SLACK_CHANNEL = { id: "C0SECURITY", name: "security" };
export const BACKLOG_PROJECT = {
  key: "SEC",
  name: "Security",
  issueTypes: ["タスク", "バグ", "要望", "その他"],
  categories: ["AWS", "社内"],
  members: [
    { userId: "sato", name: "佐藤" },
    { userId: "suzuki", name: "鈴木" },
  ],
};

/** The engine's environment for the sandbox: its own state, home and provider. */
export const engineEnvironment = (places: Places, run: Run): Record<string, string> => ({
  PULUMI_BACKEND_URL: `file://${places.state}`,
  PULUMI_HOME: places.pulumiHome,
  PULUMI_CONFIG_PASSPHRASE: run.passphrase,
  PULUMI_DEBUG_PROVIDERS: `aws:${run.providerPort}`,
  // There is nothing to fetch: the provider is attached, and the CLI is the pinned one.
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  PULUMI_SKIP_UPDATE_CHECK: "true",
});

/**
 * Writes the sandbox's Pulumi project: the same program under settings of its own. Nothing is read of the user's Pulumi.yaml
 * and Pulumi.<stack>.yaml, which may name real accounts.
 */
export const writeProject = async (places: Places, run: Run, choice: Choice, engine: Engine): Promise<void> => {
  await mkdir(places.work, { recursive: true });
  await mkdir(places.state, { recursive: true });
  await writeFile(places.credentials, credentials(), { mode: 0o600 });
  await writeFile(join(places.work, "Pulumi.yaml"), PROJECT);
  // Functions' packages are given by paths relative to the folder where the engine runs.
  const modules = join(places.work, "node_modules");
  if (!existsSync(modules)) await symlink(join(places.root, "node_modules"), modules, "dir");

  const workspace = await LocalWorkspace.create({
    workDir: places.work,
    pulumiCommand: await PulumiCommand.get({ root: engine.root }),
    envVars: engineEnvironment(places, run),
  });
  const estate = estateIn(places);
  for (const stack of Object.keys(STACK_ACCOUNTS) as StackName[]) {
    await writeSettings(workspace, stack, settingsOf(stack, run, choice, estate));
  }
};

const PROJECT = `name: hakken
runtime: nodejs
config:
  pulumi:disable-default-providers:
    value: [aws]
`;

const credentials = (): string =>
  Object.entries(ACCOUNTS)
    .map(([name, account]) => {
      const { accessKeyId, secretAccessKey } = rootOf(account);
      return `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
    })
    .join("\n");

interface Values {
  plain: Record<string, unknown>;
  secret: Record<string, string>;
}

/** The settings of a stack, by their full keys. */
export const settingsOf = (stack: StackName, run: Run, choice: Choice, estate: Estate): Values => {
  const { plain, secret } = ownSettings(stack, run, choice, estate);
  const all = { ...plain, ...settingsFor(stack, estate) };
  return { plain: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)), secret };
};

const ownSettings = (stack: StackName, run: Run, choice: Choice, estate: Estate): Values => {
  const { role, account } = STACK_ACCOUNTS[stack];
  const absent = absentFrom(account, estate);
  const common = {
    "hakken:role": role,
    "hakken:account": ACCOUNTS[account],
    "hakken:profile": account,
    "hakken:homeRegion": HOME_REGION,
    "hakken:regions": estate.regions,
    ...(absent.length > 0 && { "hakken:absentRegions": absent }),
    "hakken:organizationId": ORGANIZATION_ID,
    "hakken:tags": { Owner: "security", CostCenter: "1234" },
    "hakken:protect": choice.protect ?? false,
    ...detectionSettings,
    // AWS has both of them, a sandbox only those of its estate.
    "hakken:health": { extraRegions: ["us-east-1", "us-west-2"].filter((region) => estate.regions.includes(region)) },
  };
  if (role !== "audit") return { plain: common, secret: {} };
  return {
    plain: {
      ...common,
      "hakken:severities": choice.severities,
      // Held back as shortly as can be seen, since somebody waits for it.
      "hakken:groupWait": "2s",
      "hakken:groupInterval": "2s",
      "hakken:start": "loud",
      // A round of tests is a flood; what a flood does is tried by itself.
      "hakken:hourlyBudget": { slack: 3000, mail: 3000 },
      // Due at any time of day.
      "hakken:digest": { at: "00:00", timeZone: "UTC" },
      "hakken:language": choice.language,
      "hakken:slack": { apiUrl: `${run.inboxUrl}/slack/api`, channel: SLACK_CHANNEL.id },
      "hakken:backlog": {
        spaceUrl: `${run.inboxUrl}/backlog`,
        project: BACKLOG_PROJECT.key,
        issueType: BACKLOG_PROJECT.issueTypes[0],
        categories: ["AWS"],
        assignee: "sato",
        notifiedUsers: ["suzuki"],
        dueDays: { CRITICAL: 1, HIGH: 7 },
      },
      "hakken:accessPortal": { url: "https://example.awsapps.com/start", roleName: "SecurityAudit" },
      "hakken:mail": { addresses: ["security@example.com"] },
      "hakken:alarms": { addresses: ["sre@example.com"] },
    },
    secret: { "hakken:slackToken": run.slackToken, "hakken:backlogApiKey": run.backlogApiKey },
  };
};

// Keeps what Pulumi wrote itself: the salt, and secrets, which would be encrypted anew each time.
const writeSettings = async (workspace: LocalWorkspace, stack: StackName, { plain, secret }: Values): Promise<void> => {
  const file = join(workspace.workDir, `Pulumi.${stack}.yaml`);
  const before: StackSettings = existsSync(file) ? await workspace.stackSettings(stack) : {};
  const kept = Object.entries(before.config ?? {}).filter(([key]) => key in secret);
  const config = { ...plain, ...Object.fromEntries(kept) } as StackSettings["config"];
  await workspace.saveStackSettings(stack, { ...before, config });
  if (kept.length === Object.keys(secret).length) return;

  await workspace.createStack(stack);
  const secrets = Object.entries(secret).map(([key, value]) => [key, { value, secret: true }] as const);
  await workspace.setAllConfig(stack, Object.fromEntries(secrets) as ConfigMap);
};
