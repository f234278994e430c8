import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { expect } from "vitest";
import { findingOf } from "../../handlers/alert/normalise";
import { type AlertRecord, type FindingRecord, findingKey } from "../../handlers/alert/record";
import type { Channel } from "../../handlers/alert/types";
import { alertKeyOf } from "../../sandbox/grouping";
import type { Fault } from "../../sandbox/inbox/faults";
import type { BacklogEntry } from "../../sandbox/inbox/store";
import { type Piece, piecesOf } from "../../sandbox/inboxPieces";
import { until } from "./cloud";
import type { Stage } from "./stage";

const samples = join(__dirname, "../../sandbox/samples");

/** What one finding goes through. */
export class Tale {
  readonly alertKey: string;
  /** As its provider last reported it. */
  finding: AwsSecurityFinding;

  private constructor(
    private readonly stage: Stage,
    finding: AwsSecurityFinding,
  ) {
    this.finding = finding;
    this.alertKey = alertKeyOf(findingOf(finding));
  }

  /** A finding of its own, in the shape of a sample. No one has heard of it yet. */
  static of(stage: Stage, title: string, changes: Partial<AwsSecurityFinding> = {}, sample = "told-guardduty-high") {
    const shape = JSON.parse(readFileSync(join(samples, `${sample}.json`), "utf8")) as AwsSecurityFinding;
    const id = randomUUID();
    const UpdatedAt = minutesAgo(20);
    const Id = `${shape.Id}-${id.slice(0, 8)}`;
    // A control of its own: findings of one control in an account are one alert.
    const own = shape.Compliance?.SecurityControlId && { ...shape.Compliance, SecurityControlId: controlOf(id) };
    return new Tale(stage, {
      ...shape,
      Id,
      Title: `${title} ${id.slice(0, 8)}`,
      UpdatedAt,
      ...(own && { Compliance: own }),
      ...changes,
    });
  }

  /** This very finding. */
  static from(stage: Stage, finding: AwsSecurityFinding): Tale {
    return new Tale(stage, finding);
  }

  /** What only its own messages hold. */
  get title(): string {
    return this.finding.Title ?? "";
  }

  /** Has its provider report it, with these changes from now on. */
  async report(changes: Partial<AwsSecurityFinding> = {}): Promise<this> {
    this.finding = { ...this.finding, ...changes };
    await this.stage.client.send({ finding: { ...this.finding } });
    return this;
  }

  /** Has the next write of its message fail. */
  async fault(fault: Omit<Fault, "match">): Promise<void> {
    const answer = await fetch(`${this.stage.inboxUrl}/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...fault, match: this.title }),
    });
    expect(answer.status).toBe(201);
  }

  /** Waits until its faults have hit. */
  async hit(): Promise<void> {
    await until(`the faults of "${this.title}" to hit`, async () => {
      const faults = (await (await fetch(`${this.stage.inboxUrl}/faults`)).json()) as Fault[];
      return !faults.some(({ match }) => match === this.title);
    });
  }

  /** A person sets its workflow status; with a rule's note it is as if that rule had. */
  async setWorkflow(
    Status: "NEW" | "SUPPRESSED" | "RESOLVED",
    Note?: { Text: string; UpdatedBy: string },
  ): Promise<void> {
    const { Id, ProductArn } = this.finding;
    const FindingIdentifiers = [{ Id, ProductArn }];
    await this.stage.cloud.hub.batchUpdateFindings({ FindingIdentifiers, Workflow: { Status }, Note });
  }

  async workflow(): Promise<string | undefined> {
    const { Id: id = "", ProductArn: productArn = "" } = this.finding;
    return (await this.stage.client.workflows([{ id, productArn }]))[0];
  }

  /** Its finding as Security Hub has it. */
  async stored(): Promise<AwsSecurityFinding> {
    const { Findings = [] } = await this.stage.cloud.hub.getFindings({
      Filters: { Id: [{ Value: this.finding.Id, Comparison: "EQUALS" }] },
    });
    const [found] = Findings;
    if (!found) throw new Error(`Security Hub has no finding ${this.finding.Id}`);
    return found;
  }

  async record(): Promise<AlertRecord | undefined> {
    return (await this.item("alert")) as AlertRecord | undefined;
  }

  /** What is kept of its finding. */
  async known(): Promise<FindingRecord | undefined> {
    return (await this.item(this.findingItem)) as FindingRecord | undefined;
  }

  private get findingItem(): string {
    const { ProductArn: product = "", Id: id = "" } = this.finding;
    return `finding#${findingKey({ product, id })}`;
  }

  private async item(sk: string): Promise<object | undefined> {
    const { table, tableName } = this.stage.cloud;
    const Key = { pk: `alert#${this.alertKey}`, sk };
    return (await table.get({ TableName: tableName, Key, ConsistentRead: true })).Item;
  }

  /** Writes to what is kept of it what time would have brought. */
  async age(name: "unsettledSince" | "checkedAt" | "notifiedAt" | "failingSince", minutes: number): Promise<void> {
    const items = {
      unsettledSince: ["alert"],
      checkedAt: ["alert"],
      notifiedAt: [this.findingItem],
      failingSince: ["alert", this.findingItem],
    };
    for (const sk of items[name]) await this.rewrite(sk, name, minutesAgo(minutes));
  }

  /** Has what is kept of its finding differ from what Security Hub has. */
  async misremember(name: keyof FindingRecord, value: unknown): Promise<void> {
    await this.rewrite(this.findingItem, name, value);
  }

  private async rewrite(sk: string, name: string, value: unknown): Promise<void> {
    const { table, tableName } = this.stage.cloud;
    await table.update({
      TableName: tableName,
      Key: { pk: `alert#${this.alertKey}`, sk },
      UpdateExpression: "SET #name = :value",
      ExpressionAttributeNames: { "#name": name },
      ExpressionAttributeValues: { ":value": value },
    });
  }

  /** Waits until its record satisfies a condition. */
  async becomes(what: string, condition: (record: AlertRecord) => boolean, seconds?: number): Promise<AlertRecord> {
    let last: AlertRecord | undefined;
    const look = async () => {
      last = await this.record();
      return last && condition(last) && last;
    };
    return await until(`"${this.title}" to be ${what}`, look, seconds).catch((error: Error) => {
      const { finding: _, ...record } = last ?? {};
      throw new Error(`${error.message}: ${last ? JSON.stringify(record) : "there is no alert"}`);
    });
  }

  /** Waits until it is told and settled, for the n-th time. */
  async settled(occurrence = 1, seconds?: number): Promise<AlertRecord> {
    const isSettled = (record: AlertRecord) => record.settled === record.desired && !record.running;
    return await this.becomes("settled", (record) => record.occurrence === occurrence && isSettled(record), seconds);
  }

  async closed(): Promise<AlertRecord> {
    return await this.becomes("closed", (record) => record.state === "closed");
  }

  /** Everything that people got of it. */
  async pieces(channel?: Channel): Promise<Piece[]> {
    const all = piecesOf(await this.stage.client.inbox()).filter(({ message }) => message.includes(this.alertKey));
    return channel ? all.filter((piece) => piece.channel === channel) : all;
  }

  /** Its first Backlog issue, as it is now. */
  async issue(): Promise<BacklogEntry | undefined> {
    const { backlog } = await this.stage.client.inbox();
    return backlog.find(({ text }) => text.includes(this.alertKey));
  }

  /** The kinds of what people got of it, by channel. */
  async told(): Promise<Record<Channel, Piece["kind"][]>> {
    const all = await this.pieces();
    // Slack may ask for patience between an update and its reply: then the same update is written again, which nobody sees.
    const isRepeat = ({ kind, channel, text }: Piece, before: Piece | undefined) =>
      channel === "slack" && kind === "update" && before?.kind === "update" && before.text === text;
    const pieces = all.filter((piece, i) => !isRepeat(piece, all[i - 1]));
    const of = (channel: Channel) => pieces.filter((piece) => piece.channel === channel).map(({ kind }) => kind);
    return { slack: of("slack"), backlog: of("backlog"), mail: of("mail") };
  }
}

/** A message in each channel. */
export const ONCE = { slack: ["message"], backlog: ["message"], mail: ["message"] };
/** Told, and closed after that: a mail is left to the digest. */
export const CLOSED = {
  slack: ["message", "update", "reply"],
  backlog: ["message", "update", "comment"],
  mail: ["message"],
};
/** Told, closed, and opened again a short time later, where it was told before. */
export const REOPENED = {
  slack: ["message", "update", "update", "reply", "reply"],
  backlog: ["message", "update", "update", "comment", "comment"],
  mail: ["message", "message"],
};
/** Told in one message, though it was over by then; in Backlog, the issue is closed. */
export const TOLD_WHEN_OVER = { slack: ["message"], backlog: CLOSED.backlog, mail: ["message"] };
export const NOWHERE = { slack: [], backlog: [], mail: [] };

export const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

const controlOf = (id: string): string => `S3.${1000 + Number.parseInt(id.slice(0, 6), 16)}`;
