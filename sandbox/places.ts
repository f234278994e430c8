import { join } from "node:path";
import { projectRoot } from "../ops/root";

/** Where everything of the sandbox lies: one ignored folder of the project. */
export interface Places {
  /** The project: where its node_modules and its compiled program are. */
  root: string;
  folder: string;
  /** The local AWS: its state, its log. */
  aws: string;
  /** Pulumi's state. */
  state: string;
  /** Pulumi's own home: which stack is selected, and the like. */
  pulumiHome: string;
  /** The Pulumi project, with settings of its own. */
  work: string;
  /** AWS shared credentials: a profile for each account. */
  credentials: string;
  /** What the sandbox is made of, where it is not the one that everybody gets (estate.ts). */
  estate: string;
  /** What runs, and where: written when all is ready. */
  run: string;
  lock: string;
  /** There while stacks are deployed: found by a later start, it tells of one that was killed. */
  unfinished: string;
  /** What the daemon says. */
  log: string;
}

export const placesIn = (folder: string): Places => ({
  root: projectRoot(),
  folder,
  aws: join(folder, "aws"),
  state: join(folder, "state"),
  pulumiHome: join(folder, "pulumi"),
  work: join(folder, "work"),
  credentials: join(folder, "credentials"),
  estate: join(folder, "estate.json"),
  run: join(folder, "run.json"),
  lock: join(folder, "sandbox.lock"),
  unfinished: join(folder, "unfinished"),
  log: join(folder, "daemon.log"),
});

/** The project's own sandbox. */
export const projectPlaces = (): Places => placesIn(join(projectRoot(), ".sandbox"));
