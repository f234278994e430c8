import type { GateSettings } from "../../handlers/alert/gate";
import type { Timing } from "../../handlers/alert/notice";
import type { Language } from "../../handlers/alert/types";
import type { AccessPortal } from "../../handlers/messages/accessPortal";
import type { AlertTable } from "./AlertTable";
import type { EncryptionKey } from "./EncryptionKey";
import type { Statement } from "./HandlerFunction";
import type { ReadableSecret } from "./ServiceSecret";

/** What every channel is given, whatever it tells with. */
export interface ChannelArgs {
  region: string;
  /** Of what people read. */
  language: Language;
  /** Where links to the console sign in first. Default: nowhere. */
  accessPortal?: AccessPortal;
  /** Whether AWS Health has an organizational view in the audit account, to be linked. Default: it has. */
  healthOrganization?: boolean;
  table: AlertTable;
  key: EncryptionKey;
  /** How long words on an alert are held back. */
  timing: Timing;
  /** What else may keep a word from going. */
  gate: GateSettings;
}

/** What every channel's function does with the table: read the alert and its findings, note what it tells, take a slot. */
export const tellStatement = (table: AlertTable): Statement => ({
  Sid: "ReadAndNoteAlerts",
  Action: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"],
  Resource: [table.arn],
});

/** What reading secrets at run time takes. */
export const secretStatements = (...secrets: ReadableSecret[]): Statement[] => {
  const keyArns = secrets.flatMap(({ keyArn }) => keyArn ?? []);
  return [
    { Sid: "ReadSecret", Action: ["secretsmanager:GetSecretValue"], Resource: secrets.map(({ arn }) => arn) },
    ...(keyArns.length > 0 ? [{ Sid: "ReadEncrypted", Action: ["kms:Decrypt"], Resource: keyArns }] : []),
  ];
};

/** The same, for a function that writes to a queue under this key anyway: what decrypts messages decrypts a secret under that key. */
export const secretStatementsBeside = (key: EncryptionKey, ...secrets: ReadableSecret[]): Statement[] =>
  secretStatements(...secrets.map((secret) => (secret.keyArn === key.arn ? { arn: secret.arn } : secret)));
