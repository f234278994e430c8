import { untilIdle } from "../../sandbox/journey";
import type { Choice } from "../../sandbox/project";
import { type Cloud, cloudOf } from "./cloud";
import { type RaisedEstate, raiseEstate } from "./estate";

/** The sandbox of the pipeline's tests: the default one. */
export interface Stage extends Omit<RaisedEstate, "deploy"> {
  /** The audit account's AWS, as its root. */
  cloud: Cloud;
  inboxUrl: string;
  endpoint: string;
  /** Deploys all stacks, or shows what a deployment would change, or destroys them. */
  deploy(command: "up" | "preview" | "destroy", choice: Choice): ReturnType<RaisedEstate["deploy"]>;
  /** Until nothing is under way any more. */
  rest(): Promise<void>;
}

/** Less than the tests', so that it is said what did not come to rest. */
const PATIENCE = 250_000;

/** Installs what is missing, starts the sandbox, and deploys its stacks into it. */
export async function raise(): Promise<Stage> {
  const estate = await raiseEstate({ name: "e2e", deployed: false });
  // As AWS does, which may take its day over existing accounts: what is not waited for, hakken does itself.
  await estate.timing({ enrolment: 24 * 3_600_000 });
  await estate.deploy("up");
  const { endpoint, inboxUrl } = estate.run;
  return {
    ...estate,
    cloud: await cloudOf(endpoint),
    inboxUrl,
    endpoint,
    deploy: (command, choice) => estate.deploy(command, { choice }),
    rest: () => untilIdle(estate.client, PATIENCE),
  };
}
