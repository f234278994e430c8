import type { EncryptedQueue } from "./EncryptedQueue";
import type { EncryptionKey } from "./EncryptionKey";

/** What a part needs that has intake read findings again, or alerts go on. */
export interface HandToIntakeArgs {
  /** Intake's queue, where such messages go. */
  openingQueue: EncryptedQueue;
  /** The pipeline's, which encrypts that queue. */
  key: EncryptionKey;
}

/** The right to send such a message, encrypted. */
export const handToIntake = ({ openingQueue, key }: HandToIntakeArgs) => [
  { Sid: "HandToIntake", Action: ["sqs:SendMessage"], Resource: [openingQueue.arn] },
  { Sid: "WriteEncrypted", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [key.arn] },
];
