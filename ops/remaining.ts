import { commandOf } from "./advice";
import type { StackResult } from "./deploy";

const HEALTH_ADMIN = /hakken:baseline:HealthAdmin\$aws:organizations\/delegatedAdministrator:/;

/** What a deployment leaves to a person: the organizational view, which has no resource, where the administrator of AWS Health is new. */
export const remaining = (results: readonly Pick<StackResult, "changes">[], cwd?: string): string[] => {
  const isNew = results.some(({ changes }) =>
    changes.some(({ operation, urn }) => operation === "create" && HEALTH_ADMIN.test(urn)),
  );
  if (!isNew) return [];
  const enable = commandOf({ command: "health enable", stacks: [], ...(cwd !== undefined && { cwd }) });
  return [`AWS Health tells of other accounts once its organizational view is enabled: ${enable}`];
};
