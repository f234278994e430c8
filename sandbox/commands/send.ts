import { clientOf } from "../client";
import { type Journey, sendAndWatch } from "../journey";
import { type Context, filesAt, itemsIn, requireRun } from "./context";
import { sentInWords } from "./screen";

export interface SendOptions {
  /** Seconds until everything must have come to rest. */
  patience: string;
}

/** Sends what the files hold, waits until nothing is under way any more, and tells what became of each. */
export const send = async (
  { places, screen, interruption }: Context,
  paths: readonly string[],
  { patience }: SendOptions,
): Promise<number> => {
  const seconds = Number(patience);
  if (!(seconds > 0)) throw new Error(`--patience: "${patience}" is no number of seconds`);
  const items = itemsIn(filesAt(paths));
  const client = clientOf(requireRun(places));
  const sent = await sendAndWatch(items, { client, patience: seconds * 1000, signal: interruption.stop });
  screen.json({ sent: sent.journeys.map(journeyAsJson), others: sent.others, problems: sent.problems });
  for (const line of sentInWords(sent)) screen.say(line);
  return sent.journeys.some(({ refused }) => refused) ? 1 : 0;
};

/** A journey with the counts that a script asks for first. */
export const journeyAsJson = ({ finding, arrived, ...rest }: Journey) => ({
  ...rest,
  ...(finding && {
    id: finding.id,
    product: finding.product,
    account: finding.accountId,
    region: finding.region,
    severity: finding.severity,
  }),
  taken: rest.rules.length > 0,
  arrived: Object.fromEntries(
    Object.entries(arrived).map(([channel, pieces]) => [
      channel,
      pieces.map(({ kind, text, at }) => ({ kind, text, at })),
    ]),
  ),
});
