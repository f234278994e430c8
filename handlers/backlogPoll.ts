import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import { isSlowDown } from "./alert/errors";
import { type TakeBackPorts, takeBack } from "./alert/takeBack";
import type { FindingSource, Language } from "./alert/types";
import { backlogCursor } from "./aws/backlogCursor";
import { documents, now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { laterByQueue } from "./aws/recheck";
import { secretReader } from "./aws/secret";
import { securityHubClient, securityHubFindings } from "./aws/securityHub";
import { backlogApi } from "./backlogApi";
import { backlogIssues } from "./backlogClosed";
import { log } from "./log";
import { closedNote, reopenedComment } from "./messages/takeBack";

export interface BacklogPollSettings {
  /** https://SPACE.backlog.com, .backlog.jp or .backlogtool.com. */
  spaceUrl: string;
  /** Project key, such as SEC. */
  project: string;
  /** Ids of the resolutions by which findings are SUPPRESSED; by all others they are RESOLVED. */
  suppressResolutions: readonly number[];
  language: Language;
  /** Which form of Security Hub findings are taken from. */
  findingSource: FindingSource;
  /** The function's timeout. */
  timeoutSeconds: number;
}

/**
 * Looks for issues that people have closed, and closes their findings in Security Hub.
 * Reads ALERT_TABLE, OPENING_QUEUE_URL and BACKLOG_API_KEY_SECRET.
 */
export const backlogPollHandler = (settings: BacklogPollSettings) => () => {
  const { spaceUrl, project, language, suppressResolutions } = settings;
  const apiKey = secretReader(new SecretsManagerClient({}), environment("BACKLOG_API_KEY_SECRET"));
  const commentOf = (findings: number) => reopenedComment(findings, language);
  const ports: TakeBackPorts = {
    store: storeOfEnvironment(),
    now,
    findings: securityHubFindings(securityHubClient(), settings.findingSource),
    issues: backlogIssues(backlogApi(spaceUrl, apiKey), { project, commentOf }),
    cursor: backlogCursor(documents(), environment("ALERT_TABLE")),
    later: laterByQueue(new SQSClient({}), environment("OPENING_QUEUE_URL")),
    suppressResolutions,
    noteOf: (issue) => closedNote(issue, spaceUrl, language),
    done: ({ left, ...taken }) => log({ step: "take-back", outcome: "closed by a person", ...taken, left }),
    budgetMs: settings.timeoutSeconds * 500,
  };

  return async () => {
    try {
      const taken = await takeBack(ports);
      log({ step: "backlog-poll", outcome: taken.rest > 0 ? "the rest comes next" : "done", ...taken });
      return taken;
    } catch (error) {
      // Nothing has failed: the next time is soon enough.
      if (!isSlowDown(error)) throw error;
      log({ step: "backlog-poll", outcome: "asked to slow down", error });
      return { issues: 0, rest: 0 };
    }
  };
};
