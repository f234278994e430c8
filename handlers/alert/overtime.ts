/** Whether what begins now has gone on for longer than it may: what is left is for the next run. */
export function overtime({ now, budgetMs }: { now: () => string; budgetMs: number }): () => boolean {
  const started = Date.parse(now());
  return () => Date.parse(now()) - started > budgetMs;
}
