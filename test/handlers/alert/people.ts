import type { AlertStore, Findings, Later } from "../../../handlers/alert/ports";
import { reopenFailing } from "../../../handlers/alert/reopenFailing";
import {
  type Closing,
  type Issues,
  type TakeBackPorts,
  type TakenBack,
  takeBack,
} from "../../../handlers/alert/takeBack";
import type { Notice } from "../../../handlers/alert/types";
import { copy, type Io } from "./memoryTable";

/** An issue as its project has it. */
interface Issue {
  key: string;
  alertKey: string;
  isClosed: boolean;
  resolution?: { id: number; name: string };
  /** Of the last change of its status to closed. */
  closing?: Closing;
  updatedAt: string;
}

/** What people need of the world. */
interface Around {
  io: Io;
  store: AlertStore;
  findings: Findings;
  later: Later;
  now: () => string;
  /** The same, without a call that takes a moment. */
  clock: () => number;
  /** Lets time go by. */
  pass: (milliseconds: number) => void;
  /** Runs what a schedule runs, again where it was killed. */
  again: (flow: () => Promise<unknown>) => Promise<void>;
}

const DAY_MS = 86_400_000;

/** Backlog's issues in memory: what the channel files there, what people do with it, and how that is taken back. */
export function people({ io, store, findings, later, now, clock, pass, again }: Around) {
  const atOnce = () => new Date(clock()).toISOString();
  const issues = new Map<string, Issue>();
  const takenBack: TakenBack[] = [];
  const cursor: { time?: string } = {};
  const edit = (key: string, change: Partial<Issue>) => {
    const issue = issues.get(key);
    if (!issue) throw new Error(`no issue ${key}`);
    Object.assign(issue, change, { updatedAt: atOnce() });
  };
  const close = (key: string, id: number, isOwn: boolean) =>
    edit(key, { isClosed: true, resolution: { id, name: `${id}` }, closing: { at: atOnce(), isOwn } });

  const port: Issues = {
    closedSince: (time) =>
      io("closedSince", () =>
        copy([...issues.values()])
          .filter((issue) => issue.isClosed && issue.updatedAt >= time)
          .sort((one, other) => (one.updatedAt < other.updatedAt ? -1 : 1)),
      ),
    closing: (key) => io("closing", () => (issues.get(key)?.isClosed ? issues.get(key)?.closing : undefined)),
    reopen: (key) => io("reopen", () => edit(key, { isClosed: false, resolution: undefined })),
  };
  const ports: TakeBackPorts = {
    ...{ store, findings, later, now, issues: port, suppressResolutions: [1], noteOf: ({ key }) => key },
    cursor: {
      load: () => io("loadCursor", () => cursor.time),
      save: (time) => io("saveCursor", () => void Object.assign(cursor, { time })),
    },
    done: (issue) => void takenBack.push(copy(issue)),
    budgetMs: 300_000,
  };

  return {
    issues,
    port,
    /** What became of the issues that were taken back. */
    takenBack,
    cursor,
    /** What the channel does with an issue, which it has filed or goes on with. */
    tell(key: string, { alertKey, kind }: Notice) {
      if (!issues.has(key)) issues.set(key, { key, alertKey, isClosed: false, updatedAt: atOnce() });
      const isClosing = kind === "closed" || kind === "openedAndClosed";
      if (kind === "reopened") edit(key, { isClosed: false, resolution: undefined });
      // A comment alone where a person has closed it.
      else if (isClosing && !issues.get(key)?.isClosed) close(key, 0, true);
      else edit(key, {});
    },
    /** A person closes every open issue, with a resolution: 1 suppresses. */
    closeIssues(resolution = 0) {
      // Backlog's times are cut to the second: nothing else happens in that one.
      pass(1000 - (clock() % 1000));
      for (const { key, isClosed } of issues.values()) if (!isClosed) close(key, resolution, false);
      pass(1000);
    },
    /** Ten minutes later; or `ports` for one that is different. */
    async takeBackLater(different: Partial<TakeBackPorts> = {}) {
      pass(600_000);
      await again(() => takeBack({ ...ports, ...different }));
    },
    /** So many days later, what has been closed for 13 days although it fails is opened again. */
    async reopenFailingLater(days = 14) {
      pass(days * DAY_MS);
      const options = { afterSeconds: 13 * 86_400, note: "still failing", budgetMs: 300_000 };
      await again(() => reopenFailing({ store, findings, later, now, ...options }));
    },
  };
}
