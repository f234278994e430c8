import { healthViewOf, settle } from "../ops/operate/healthView";
import { type Estate, settingsFor } from "./estate";
import { ACCOUNTS, rootOf } from "./organization";
import type { Run } from "./run";

/**
 * Enables AWS Health's organizational view, as docs/deploy.md asks a person to once, where these settings need it. Without a support
 * plan it stays as it is: the API is not for such accounts.
 */
export const enableHealthView = async ({ endpoint }: Run, estate: Estate, stop: AbortSignal): Promise<void> => {
  const { mode = "organization" } = (settingsFor("management", estate)["hakken:health"] ?? {}) as { mode?: string };
  if (mode !== "organization" || !estate.supportPlan) return;
  const credentials = rootOf(ACCOUNTS.management);
  const view = healthViewOf({
    client: (Client, region) => new Client({ ...{ endpoint }, region, credentials, maxAttempts: 8 }),
  });
  await settle(view, "ENABLED", { stop });
};
