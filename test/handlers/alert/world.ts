import { type Checked, check } from "../../../handlers/alert/check";
import { tellDigest } from "../../../handlers/alert/digest";
import type { GateSettings } from "../../../handlers/alert/gate";
import { type Grouping, groupOf } from "../../../handlers/alert/group";
import type { Executions, Failure, Later } from "../../../handlers/alert/ports";
import { type Received, type Recheck, receive, recheck } from "../../../handlers/alert/receive";
import { type AlertRecord, type FindingRecord, findingKey } from "../../../handlers/alert/record";
import { redrive } from "../../../handlers/alert/redrive";
import { type SettleRequest, settle } from "../../../handlers/alert/settle";
import { sweep } from "../../../handlers/alert/sweep";
import { type TellRequest, tell } from "../../../handlers/alert/tell";
import type { Channel, Finding, Observation, Severity } from "../../../handlers/alert/types";
import { memoryHub } from "./memoryHub";
import { memoryServices } from "./memoryServices";
import { copy, memoryTable } from "./memoryTable";
import { people } from "./people";
import type { WorldOptions } from "./worldOptions";

/** The account that the pipeline is in. */
export const AUDIT = "222222222222";

/** What ends a handler between two of its I/O calls. */
const CRASH = "the process was killed";

/** More calls than any history makes. */
const MOST_CALLS = 20_000;

type Mail = { report: Observation } | { recheck: Recheck; at: number } | { redrive: string };

/** Security Hub, the table, the state machine, the queue and the channels, all in memory, around the real flows. */
export function createWorld(options: WorldOptions) {
  const channels = options.channels ?? ["slack", "backlog", "mail"];
  const required = options.required ?? channels;
  const severities: Severity[] = ["HIGH", "CRITICAL"];
  const alerts = new Map<string, AlertRecord>();
  const records = new Map<string, FindingRecord>();
  const grouping: Grouping = { controls: "control", vulnerabilities: "vulnerability", routes: [], ...options.grouping };
  const timing = options.timing ?? { groupWaitSeconds: 0, groupIntervalSeconds: 0 };
  const hub = new Map<string, Finding>();
  const queue: Mail[] = [];
  /** Who there is, besides accounts of findings. */
  const accounts = new Map([[AUDIT, { id: AUDIT, active: true }]]);
  const members = new Set<string>();
  const executions = new Map<string, { alertKey: string; open: boolean; done: Promise<void> }>();
  const failed: { alertKey: string; failures: readonly Failure[] }[] = [];
  let clock = Date.parse("2026-01-01T00:00:00Z");
  let calls = 0;
  let events = 0;

  // Every call takes a millisecond, so that no two things happen at the same time.
  const now = () => new Date(clock++).toISOString();

  /** One I/O call: takes its turn, takes effect, and may be the last thing its process did. */
  const io = async <T>(label: string, call: () => T): Promise<T> => {
    const result = await (options.turn ? options.turn(label, call) : Promise.resolve().then(call));
    if (options.crashAt.has(calls++)) throw new Error(CRASH);
    if (calls > MOST_CALLS) throw new Error("the handlers go round and round");
    return result;
  };
  const store = memoryTable(io, { alerts, findings: records });
  const { findings, eachPageOfResolved, overwritten } = memoryHub(io, hub, {
    emit,
    wentOn: (key) => records.get(key)?.resumed === true,
  });

  const machine: Executions = {
    start: (name, alertKey) =>
      io("start", () => {
        const known = executions.get(name);
        if (known) return known.open;
        const execution = { alertKey, open: true, done: Promise.resolve() };
        executions.set(name, execution);
        execution.done = execute(name, alertKey)
          .catch(() => undefined)
          .then(() => {
            execution.open = false;
          });
        return true;
      }),
    status: (name) =>
      io("status", () => {
        const known = executions.get(name);
        return known && (known.open ? "running" : "closed");
      }),
  };

  const gateFor = (channel: Channel): GateSettings => ({
    mutes: options.mutes ?? [],
    digests: true,
    ...(channel !== "backlog" && { hourlyBudget: options.hourlyBudget }),
  });
  const { messages, digests, digestService, service } = memoryServices(io, options, (reference, notice) =>
    persons.tell(reference, notice),
  );

  /** The state machine: each channel with its retries, then settle. A killed function is called again. */
  async function execute(name: string, alertKey: string) {
    const nth = executions.size;
    for (;;) {
      const began = now();
      const request = { alertKey, execution: name, reserved: false, began };
      const failures = (await Promise.all(channels.map((channel) => tellAll(channel, request)))).flat();
      if (options.aborted?.has(nth)) return;
      const outcome = await settled({ alertKey, execution: name, failures });
      if (outcome !== "again") return;
    }
  }
  async function tellAll(channel: Channel, request: TellRequest): Promise<Failure[]> {
    for (;;) {
      try {
        const ports = { store, service: service(channel), now, timeoutSeconds: 30, timing, gate: gateFor(channel) };
        const result = await tell(ports, request);
        if (result.outcome === "told" || result.outcome === "deferred" || result.outcome === "yields") return [];
        if (result.outcome === "wait") clock += result.seconds * 1000;
      } catch (error) {
        if ((error as Error).message !== CRASH) return [{ channel, error: "Refused", cause: (error as Error).message }];
      }
    }
  }
  async function settled(request: SettleRequest) {
    const report = (alert: AlertRecord, failures: readonly Failure[]) =>
      io("report", () => void failed.push({ alertKey: alert.alertKey, failures }));
    for (;;) {
      try {
        const [result] = await settle({ store, findings, later, required, now, report, budgetMs: 30_000 }, [request]);
        if (result && !(result instanceof Error)) return result;
      } catch (error) {
        if ((error as Error).message !== CRASH) throw error;
      }
    }
  }

  const later: Later = ({ format, product, id }, afterSeconds, over) =>
    io("later", () => void queue.push({ recheck: { format, product, id, over }, at: clock + afterSeconds * 1000 }));
  const alerting = {
    severities,
    reopenWithinSeconds: options.reopenWithinSeconds ?? 7 * 86_400,
    groupOf: (finding: Finding) => groupOf(finding, grouping),
    digestOf: options.digestOf ?? (() => undefined),
  };
  const ports = { store, executions: machine, findings, later, now, ...alerting };

  function emit(finding: Finding, asked: Pick<Observation, "requested"> = {}) {
    if (options.lostEvents?.has(events++)) return;
    queue.push({ report: { finding: copy(finding), eventTime: now(), ...asked } });
  }

  /** A consumer of intake's queue, a batch at a time: a message is gone only once it was taken in. */
  async function consume() {
    while (queue.length > 0) {
      const batch = queue.splice(0, options.batch ?? 3);
      const reports = batch.flatMap((mail) => ("report" in mail ? [mail] : []));
      const rechecks = batch.flatMap((mail) => ("recheck" in mail ? [mail] : []));
      clock = Math.max(clock, ...rechecks.map(({ at }) => at));
      await taken(reports, () =>
        receive(
          ports,
          reports.map(({ report }) => report),
        ),
      );
      await taken(rechecks, () =>
        recheck(
          ports,
          rechecks.map((mail) => mail.recheck),
        ),
      );
      for (const mail of batch.filter((one) => "redrive" in one)) {
        await taken([mail], async () => [{ outcome: await redrive(ports, mail.redrive) }]);
      }
    }
  }
  async function taken(mails: readonly Mail[], take: () => Promise<Received[]>) {
    if (mails.length === 0) return;
    const results = await take().catch((error: Error) => mails.map(() => error));
    for (const [i, result] of results.entries()) {
      if (!(result instanceof Error)) continue;
      queue.push(mails[i] as Mail);
      if (result.message !== CRASH) throw result;
    }
  }
  /** A flow that a schedule runs: one that was killed runs again. */
  async function again(flow: () => Promise<unknown>) {
    for (let done = false; !done; ) {
      await flow().then(
        () => (done = true),
        (error: Error) => {
          if (!error.message.includes(CRASH)) throw error;
        },
      );
    }
  }
  const pass = (milliseconds: number) => {
    clock += milliseconds;
  };
  const persons = people({ io, store, findings, later, now, clock: () => clock, pass, again });

  const checkPorts = {
    ...ports,
    neighbourhood: {
      own: AUDIT,
      accounts: () => io("listAccounts", () => [...accounts.values()]),
      members: () => io("listMembers", () => [...members]),
    },
    eachPageOfResolved,
    pause: async (milliseconds: number) => {
      clock += milliseconds;
    },
    budgetMs: options.checkBudgetMs ?? 600_000,
  };
  const openExecutions = () => [...executions.values()].filter(({ open }) => open);

  return {
    hub,
    store,
    alerts,
    records,
    messages,
    digests,
    failed,
    queue,
    calls: () => calls,
    /** Sets a finding in Security Hub and lets its event out, `copies` times. */
    report(finding: Finding, copies = 1) {
      hub.set(findingKey(finding), copy(finding));
      if (!accounts.has(finding.accountId)) accounts.set(finding.accountId, { id: finding.accountId, active: true });
      for (let i = 0; i < copies; i++) emit(finding);
    },
    /** One batch of intake's, as read from events. */
    receive: (reports: readonly Observation[]) => receive(ports, reports),
    /** A person asks for it by a custom action. */
    ask: (finding: Finding) => emit(finding, { requested: true }),
    /** A person takes all reports of failed alerts away, and has their alerts told. */
    redrive: () => queue.push(...failed.splice(0).map(({ alertKey }) => ({ redrive: alertKey }))),
    /** Lets a finding vanish from Security Hub without an event. */
    remove: (finding: Finding) => hub.delete(findingKey(finding)),
    alertOf: (finding: Finding) => alerts.get(records.get(findingKey(finding))?.alertKey ?? ""),
    accounts,
    members,
    now,
    /** Two intakes at once, until queue and executions are empty. */
    async drain() {
      do {
        await Promise.all([consume(), consume()]);
        await Promise.all(openExecutions().map(({ done }) => done));
      } while (queue.length > 0 || openExecutions().length > 0);
    },
    /** The digests of the next day, in every channel that has one; a killed function is called again, some minutes later. */
    async digestTomorrow() {
      clock += 24 * 3_600_000;
      const dueDay = (time: string) => time.slice(0, 10);
      const { mutes = [] } = options;
      const goOn = (alertKey: string) => io("goOn", () => void queue.push({ redrive: alertKey }));
      for (const channel of ["slack", "mail"] as const) {
        const service = digestService(channel);
        for (let done = false; !done; clock += 5 * 60_000) {
          const sent = tellDigest({
            store,
            service,
            goOn,
            now,
            dueDay,
            quietUntil: undefined,
            mutes,
            budgetMs: 60_000,
          });
          const { parts } = await sent.catch((error: Error) => {
            if (error.message !== CRASH) throw error;
            return { parts: 1 };
          });
          const state = await store.digest(channel).catch(() => ({ part: true }));
          done = parts === 0 && !state.part;
        }
      }
    },
    /** A run of the daily comparison, by default when every alert is due; killed, it is run again. */
    async checkLater(hours = 25): Promise<Checked> {
      clock += hours * 3_600_000;
      for (;;) {
        try {
          return await check(checkPorts);
        } catch (error) {
          if (!(error as Error).message.includes(CRASH)) throw error;
        }
      }
    },
    async sweepLater(hours = 2) {
      clock += hours * 3_600_000;
      await again(() => sweep({ ...ports, skipped: () => undefined }));
    },
    ...persons,
    overwritten,
  };
}

export type World = ReturnType<typeof createWorld>;

export const aFinding = (changes: Partial<Finding> = {}): Finding => ({
  format: "asff",
  product: "arn:aws:securityhub:ap-northeast-1::product/aws/guardduty",
  id: "finding-1",
  productName: "GuardDuty",
  accountId: "111122223333",
  region: "ap-northeast-1",
  title: "An EC2 instance is being probed",
  description: "i-99999999 is being probed.",
  severity: "HIGH",
  resources: [],
  resourceCount: 0,
  workflow: "NEW",
  record: "ACTIVE",
  updatedAt: "2026-01-01T00:00:00.000Z",
  ...changes,
});
