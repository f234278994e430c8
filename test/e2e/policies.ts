import { join } from "node:path";
import { expect, it } from "vitest";
import type { JournalEntry } from "../../sandbox/client";
import { runPython } from "../sandbox/aws/authorise";
import type { Stage } from "./stage";

interface Statement {
  kind: string;
  owner: string;
  sid?: string;
  unneededActions?: string[];
}

/**
 * Statements that nothing of the run needed, and why they are there. By policy, statement, and action where it is one of
 * several.
 */
const COLD: Record<string, string> = {
  "key alias/hakken-alerts-alarm-key AccountAdministersAndDelegatesToItsPolicies":
    "Nobody's policy names this key, but AWS refuses a key policy that leaves nobody who can change it.",
  "topic alerts-mail-topic __default_statement_ID": "AWS's own, which a topic has when it is given none.",
  "trust role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig": "AWS's own, of a service-linked role.",
};

/** Rights, by what the run has shown. After all else that uses any. */
export function policies(stage: () => Stage): void {
  it("needed every statement of every policy, and every action in it", async () => {
    const { endpoint, client, cloud } = stage();
    const documents = await (await fetch(`${endpoint}/_sandbox/policies`)).json();
    const requests = (await client.journal(0)).filter(({ kind }) => kind === "authorisation");
    const { Aliases = [] } = await cloud.kms.listAliases({});
    const aliases = new Map(Aliases.map(({ TargetKeyId, AliasName }) => [`key/${TargetKeyId}`, AliasName]));
    const nameOf = ({ kind, owner, sid }: Statement) =>
      [kind, aliases.get(plain(owner)) ?? plain(owner), sid].filter(Boolean).join(" ");

    const report = (await runPython([join(__dirname, "../../sandbox/aws/replay.py")], {
      policies: documents,
      requests,
    })) as Record<"statements" | "unneeded" | "unexplained", Statement[]>;

    const actions = report.statements.flatMap((one) => (one.unneededActions ?? []).map((a) => `${nameOf(one)} ${a}`));
    const unneeded = new Set([...report.unneeded.map(nameOf), ...actions]);
    expect([...unneeded].sort()).toEqual(Object.keys(COLD).sort());
    expect(report.unexplained).toEqual([]);
    expect(report.statements.length).toBeGreaterThan(50);
  });

  it("refused nothing but what the tests took away", async () => {
    const journal = await stage().client.journal(0);

    const denied = journal.filter((entry) => entry.kind === "authorisation" && entry.decision === "denied");

    expect([...new Set(denied.map(inWords))]).toEqual([
      "events.amazonaws.com may not lambda:InvokeFunction on function:alerts-sweeper",
    ]);
  });
}

const inWords = (entry: JournalEntry): string =>
  entry.kind === "authorisation" ? `${entry.principal} may not ${entry.action} on ${plain(entry.resource)}` : "";

/** The resource's own part of its ARN, without the random digits of its name. */
const plain = (arn: string): string =>
  arn
    .split(":")
    .slice(5)
    .join(":")
    .replace(/-[0-9a-f]{7}$/, "");
