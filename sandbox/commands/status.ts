import { createColors } from "picocolors";
import { columns } from "../../ops/table";
import { type AlarmState, alarmStates } from "../alarmStates";
import { type Activity, clientOf, faultClientOf } from "../client";
import { estateIn, STACK_ACCOUNTS } from "../estate";
import { ACCOUNTS, HOME_REGION } from "../organization";
import type { Places } from "../places";
import { liveRun, type Run } from "../run";
import { type StackState, stackStates } from "../stackStates";
import type { Context } from "./context";
import { faultInWords } from "./fail";

/** Where a sandbox that runs is reached. */
export const statusOf = ({ endpoint, inboxUrl }: Run, places: Places) => ({
  up: true,
  endpoint,
  inboxUrl,
  homeRegion: HOME_REGION,
  regions: estateIn(places).regions,
  accounts: Object.fromEntries(
    Object.entries(STACK_ACCOUNTS).map(([stack, { account }]) => [stack, ACCOUNTS[account]]),
  ),
});

/** Says how the sandbox does, and where everything is. 1 if it is not up. */
export const status = async ({ places, screen }: Context): Promise<number> => {
  const run = liveRun(places);
  if (!run) {
    screen.json({ up: false });
    screen.say("The sandbox is not up. Start it: npm run sandbox -- up");
    return 1;
  }
  const [activity, alarms, faults] = await Promise.all([
    clientOf(run).activity(),
    alarmStates(run.endpoint),
    faultClientOf(run).list(),
  ]);
  const stacks = stackStates(places);
  const { queues, executions } = activity;
  screen.json({ ...statusOf(run, places), stacks, queues, executions, alarms, faults, places: placesOf(places) });
  for (const line of statusInWords({ run, places, stacks, activity, alarms })) screen.say(line);
  for (const fault of faults) screen.say(`! ${faultInWords(fault)}`);
  return 0;
};

export interface Status {
  run: Pick<Run, "endpoint" | "inboxUrl">;
  places: Places;
  stacks: readonly StackState[];
  activity: Activity;
  alarms: readonly AlarmState[];
}

const onTerminal = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR;

/** The status as a person reads it, on a terminal with colours. */
export const statusInWords = ({ run, places, stacks, activity, alarms }: Status, colour = onTerminal): string[] => {
  const { bold, red, dim } = createColors(colour);
  const titled = (lines: string[]) => lines.map((line, index) => (index === 0 ? dim(line) : line));
  const raised = alarms.filter(({ state }) => state === "ALARM").length;
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
    rows.length ? titled(columns(head, rows)) : ["none"];
  return [
    bold("Stacks"),
    ...table(["name", "account", "resources", "last deployment", "result"], stacks.map(stackRow)),
    "",
    bold("Queues"),
    ...table(["name", "waiting", "in flight", "delayed", ""], activity.queues.map(queueRow)).map((line) =>
      line.endsWith(KEPT) ? red(line) : line,
    ),
    "",
    bold(`Alarms${raised ? `: ${raised} raised` : ""}`),
    ...table(["state", "since", "name"], alarms.map(alarmRow)).map((line) =>
      line.startsWith("ALARM") ? red(line) : line,
    ),
    "",
    bold("Executions running"),
    ...(activity.executions.length ? activity.executions : ["none"]),
    "",
    bold("Where"),
    ...columns([], whereRows(run, places)),
  ];
};

const stackRow = ({ stack, account, resources, last }: StackState): string[] => [
  stack,
  account,
  String(resources),
  last ? `${timeInWords(last.at)}, ${last.kind} in ${last.seconds} s` : "never",
  last?.result ?? "",
];

const KEPT = "← to be looked at";

const queueRow = ({ name, visible, inFlight, delayed, consumed }: Activity["queues"][number]): string[] => {
  // What nobody reads by itself is dead letters and failed alerts.
  const remark = consumed ? "" : visible + inFlight + delayed > 0 ? KEPT : "dead letters";
  return [name, String(visible), String(inFlight), String(delayed), remark];
};

const alarmRow = ({ state, since, name }: AlarmState): string[] => [state, since ? timeInWords(since) : "", name];

const timeInWords = (at: string): string => new Date(at).toLocaleString("sv-SE");

const placesOf = ({ folder, state, work, log, credentials }: Places) => ({ folder, state, work, log, credentials });

const whereRows = ({ endpoint, inboxUrl }: Status["run"], places: Places): string[][] => [
  ["inbox", inboxUrl],
  ["AWS", `${endpoint} (access key = account id, any secret; or AWS_SHARED_CREDENTIALS_FILE=${places.credentials})`],
  ["regions", `${estateIn(places).regions.join(", ")}; home region ${HOME_REGION}`],
  ["Pulumi's project", places.work],
  ["Pulumi's state", places.state],
  ["daemon's log", `${places.log} (npm run sandbox -- logs --daemon)`],
];
