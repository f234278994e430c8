import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import fastify from "fastify";
import { isRunning, type ProcessId, processId } from "../ops/processes";
import { organizationSetup, regionsByAccount } from "./accounts";
import { startMinistack } from "./aws/ministack";
import { journalOf } from "./client";
import { lambdaNode } from "./daemon";
import { daemonRoutes } from "./daemonRoutes";
import { MovingClock } from "./doubles/controlPlane/clock";
import { controlPlane } from "./doubles/controlPlane/controlPlane";
import { estateIn } from "./estate";
import { estateRoutes } from "./estateRoutes";
import { eventBuses } from "./eventBuses";
import { createInbox } from "./inbox/inbox";
import { placesIn } from "./places";
import { BACKLOG_PROJECT, SLACK_CHANNEL } from "./project";
import { startProvider } from "./provider/server";
import { type Run, writeRun } from "./run";
import { createTrail } from "./trail";

/** Things to end, the last started first. */
const endings: (() => Promise<unknown>)[] = [];

/** The daemon: all doubles, the stand-in `aws` provider and the inbox in one process; the local AWS is its child. */
const serve = async (folder: string, python: string): Promise<void> => {
  const places = placesIn(folder);
  const { regions, supportPlan, launcher } = estateIn(places);
  const clock = new MovingClock();
  const secret = () => randomBytes(24).toString("hex");
  const secrets = { passphrase: secret(), slackToken: `xoxb-${secret()}`, backlogApiKey: secret() };

  // The doubles tell the local AWS of events, and it sends them calls: it starts second, and the buses wait for it.
  let endpoint: string | undefined;
  const trail = createTrail(async (kind, after) => (endpoint ? await journalOf(endpoint, { after, kind }) : []));
  const buses = eventBuses(trail.note);
  const plane = controlPlane({
    putEvents: buses.putEvents,
    endpoint: () => {
      if (!endpoint) throw new Error("the local AWS has not started yet");
      return endpoint;
    },
    organization: organizationSetup(regions, supportPlan),
    clock,
  });
  // What docs/deploy.md asks of a person, once.
  plane.stackSets.activate();
  endings.push(() => plane.close());
  const doubles = await plane.listen();

  const inbox = createInbox({
    slack: { token: secrets.slackToken, channels: [SLACK_CHANNEL] },
    backlog: { apiKey: secrets.backlogApiKey, project: BACKLOG_PROJECT },
    trail,
  });
  const app = fastify({ forceCloseConnections: true, bodyLimit: 8 * 1024 * 1024 });
  await app.register(inbox.routes);
  await app.register(daemonRoutes(plane, buses));
  await app.register(estateRoutes(plane, clock, () => endpoint));
  await app.listen({ host: "127.0.0.1", port: 0 });
  endings.push(() => app.close());
  const inboxUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  const ministack = await startMinistack({
    folder,
    python,
    nodeBin: lambdaNode(),
    lambdaModules: join(places.root, "node_modules"),
    doubles: { ...doubles },
    mailUrl: `${inboxUrl}/mail`,
    regions: regionsByAccount(plane.organization),
    env: launcher,
  });
  endings.push(() => ministack.stop());
  endpoint = ministack.endpoint;
  buses.connect(endpoint);

  const provider = await startProvider({
    endpoint: ministack.endpoint,
    credentialsFile: places.credentials,
    programDirs: [places.work, places.root],
    regionsOf: (account) => plane.organization.known(account)?.regions ?? regions,
    log: (line) => console.log(`provider: ${line}`),
  });
  endings.push(() => provider.stop());

  const run: Run = {
    daemon: known(process.pid),
    ministack: known(ministack.pid),
    endpoint: ministack.endpoint,
    inboxUrl,
    providerPort: provider.port,
    ...secrets,
  };
  writeRun(places, run);
  console.log(`ready: AWS ${run.endpoint}, inbox ${inboxUrl}`);
  endWith(run.ministack);
};

const known = (pid: number): ProcessId => {
  const id = processId(pid);
  if (!id) throw new Error(`Process ${pid} is gone already`);
  return id;
};

// Without the local AWS there is nothing to stay for, and nobody else would notice.
const endWith = (child: ProcessId): void => {
  setInterval(() => {
    if (isRunning(child)) return;
    console.error(`The local AWS (process ${child.pid}) ended by itself.`);
    void end(1);
  }, 1_000).unref();
};

let ending = false;

const end = async (code: number): Promise<void> => {
  if (ending) return;
  ending = true;
  // What does not end in order is ended anyway: whoever stops us waits only so long.
  setTimeout(() => process.exit(1), 8_000).unref();
  for (const stop of endings.reverse()) await stop().catch((error: unknown) => console.error(error));
  process.exit(code);
};

for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end(0));
// The terminal that it was started from may close.
process.on("SIGHUP", () => {});
process.on("uncaughtException", (error) => {
  console.error(error);
  void end(1);
});

const [folder, python] = process.argv.slice(2);
if (!folder || !python) throw new Error("usage: server.js FOLDER PYTHON");
serve(folder, python).catch((error: unknown) => {
  console.error(error);
  void end(1);
});
