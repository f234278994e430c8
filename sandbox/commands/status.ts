import { ACCOUNTS, HOME_REGION, REGIONS, STACK_ACCOUNTS } from "../organization";
import { liveRun, type Run } from "../run";
import type { Context } from "./context";

/** Where a sandbox that runs is reached. */
export const statusOf = ({ endpoint, inboxUrl }: Run) => ({
  up: true,
  endpoint,
  inboxUrl,
  homeRegion: HOME_REGION,
  regions: REGIONS,
  accounts: Object.fromEntries(
    Object.entries(STACK_ACCOUNTS).map(([stack, { account }]) => [stack, ACCOUNTS[account]]),
  ),
});

/** Says whether the sandbox is up, and where. */
export const status = async ({ places, screen }: Context): Promise<number> => {
  const run = liveRun(places);
  if (!run) {
    screen.json({ up: false });
    screen.say("The sandbox is not up. Start it: npm run sandbox -- up");
    return 1;
  }
  const { accounts, regions, ...rest } = statusOf(run);
  screen.json({ ...rest, regions, accounts });
  screen.say(`AWS endpoint  ${rest.endpoint} (access key = account id, any secret)`);
  screen.say(`Inbox         ${rest.inboxUrl}`);
  screen.say(`Regions       ${regions.join(", ")}; home region ${rest.homeRegion}`);
  for (const [stack, account] of Object.entries(accounts)) screen.say(`Stack         ${stack.padEnd(12)} ${account}`);
  screen.say(`Log           ${places.log}`);
  return 0;
};
