import type { AlertTable } from "./AlertTable";
import type { EncryptionKey } from "./EncryptionKey";
import type { Statement } from "./HandlerFunction";
import type { ServiceSecret } from "./ServiceSecret";

/** What every channel's function does with the table: read the alert, note what it tells, take a slot. */
export const tellStatement = (table: AlertTable): Statement => ({
  Sid: "ReadAndNoteAlerts",
  Action: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
  Resource: [table.arn],
});

/** What reading a secret at run time takes. */
export const secretStatements = (secret: ServiceSecret, key: EncryptionKey): Statement[] => [
  { Sid: "ReadSecret", Action: ["secretsmanager:GetSecretValue"], Resource: [secret.arn] },
  { Sid: "ReadEncrypted", Action: ["kms:Decrypt"], Resource: [key.arn] },
];
