import { join } from "node:path";
import { controlPlane } from "../../../sandbox/doubles/controlPlane/controlPlane";
import { ACCOUNTS, type Cloud, startCloud } from "../../sandbox/provider/cloud";

export const [HOME, LINKED] = ["ap-northeast-1", "us-east-1"] as const;

/** Accounts where somebody may set something up by hand: the engine's provider and a local AWS. */
export async function startAccounts(): Promise<{ cloud: Cloud; close: () => Promise<void> }> {
  const plane = controlPlane({
    organization: {
      managementAccountId: ACCOUNTS.management,
      accounts: Object.entries(ACCOUNTS).map(([name, id]) => ({ id, name })),
      regions: [HOME, LINKED],
    },
  });
  const cloud = await startCloud({ doubles: { ...(await plane.listen()) } });
  return {
    cloud,
    close: async () => {
      await cloud.close();
      await plane.close();
    },
  };
}

/** What the ops script is started with, for a project and its state in this folder: the variables that AWS's own SDK honours. */
export const environmentOf = (cloud: Cloud, folder: string): NodeJS.ProcessEnv => {
  const { CI: _, NO_COLOR: _no, FORCE_COLOR: _force, PULUMI_HOME: _home, ...env } = process.env;
  return {
    ...env,
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_DEBUG_PROVIDERS: `aws:${cloud.providerPort}`,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_SHARED_CREDENTIALS_FILE: join(cloud.folder, "credentials"),
  };
};
