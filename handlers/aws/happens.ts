/** True when the write happened, false when its condition failed, or of a transaction, when another one was at it. */
export async function happens(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    const { name, CancellationReasons } = error as { name?: string; CancellationReasons?: { Code?: string }[] };
    if (name === "ConditionalCheckFailedException") return false;
    const lost = ["ConditionalCheckFailed", "TransactionConflict"];
    if (name === "TransactionCanceledException" && CancellationReasons?.some(({ Code }) => lost.includes(Code ?? ""))) {
      return false;
    }
    throw error;
  }
}

/** What the item is after an update, or undefined where its condition failed. */
export async function happensWith<T>(
  update: Promise<{ Attributes?: Record<string, unknown> }>,
): Promise<T | undefined> {
  let attributes: Record<string, unknown> | undefined;
  const did = await happens(update.then((done) => (attributes = done.Attributes)));
  return did ? (attributes as T | undefined) : undefined;
}
