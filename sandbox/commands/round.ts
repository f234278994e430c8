import { clientOf } from "../client";
import { problemsIn, type Sent, sendAndWatch } from "../journey";
import { liveRun } from "../run";
import { bringUp, deployAll, takeDown } from "../up";
import { faultsOf } from "../verdict";
import { type ChoiceOptions, type Context, choiceOf, itemsIn, samples } from "./context";
import { sentInWords } from "./screen";
import { journeyAsJson } from "./send";

const PATIENCE = 300_000;

/** The whole round: deploy, send the samples, show what arrived, deploy again without change, take down. 1 if anything is missing. */
export const round = async (context: Context, options: ChoiceOptions): Promise<number> => {
  const { places, screen, interruption, env } = context;
  const choice = choiceOf(options);
  const items = itemsIn(samples(places));
  if (liveRun(places)) {
    throw new Error(
      "The sandbox is up already, and this would take it down. Use it, or end it: npm run sandbox -- down",
    );
  }
  const begun = Date.now();
  const operator = { progress: screen.progress, interruption, env };
  const faults: string[] = [];
  let sent: Sent | undefined;
  try {
    const { run, engine } = await bringUp(places, choice, operator);
    const client = clientOf(run);
    screen.progress(`Sending ${items.length} sample findings ...`);
    sent = await sendAndWatch(items, { client, patience: PATIENCE, signal: interruption.stop });
    for (const line of sentInWords(sent)) screen.say(line);
    faults.push(...faultsOf(sent.journeys, choice.severities));

    screen.progress("A second time, to see that nothing would change ...");
    for (const { stack, changes } of await deployAll("preview", places, run, engine, operator)) {
      faults.push(...changes.map(({ operation, type, name }) => `${stack}: again would ${operation} ${type} ${name}`));
    }
    screen.progress("Taking it down ...");
    await deployAll("destroy", places, run, engine, operator);
    faults.push(...problemsIn(await client.journal(0)));
  } finally {
    // Not stopped by an interruption: this is what one asks for.
    await takeDown(places, { ...operator, interruption: { stop: NEVER, forward: NEVER } });
  }

  const seconds = Math.round((Date.now() - begun) / 1000);
  screen.json({ ok: !faults.length, seconds, sent: sent?.journeys.map(journeyAsJson), faults });
  for (const fault of faults) screen.say(`✗ ${fault}`);
  const missing = faults.length === 1 ? "1 thing is" : `${faults.length} things are`;
  screen.say(faults.length ? `${missing} not as it should be (${seconds} s).` : `All as it should be (${seconds} s).`);
  return faults.length ? 1 : 0;
};

const NEVER = new AbortController().signal;
