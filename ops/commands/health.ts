import { commandOf } from "../advice";
import { confirm, isInteractive } from "../confirm";
import { EXIT, Misuse } from "../failure";
import { settle, type ViewStatus } from "../operate/healthView";
import { type Management, openManagement } from "../operate/management";
import { operateOn } from "../operate/operate";
import { stackOf } from "../operate/stack";
import { type Context, type Done, type OperatingOptions, repeatOf } from "./context";

export interface HealthOptions extends OperatingOptions {
  /** Default: status. */
  action?: "status" | "enable" | "disable";
  /** Whether it is done although the settings have no use for it. */
  force?: boolean;
  yes?: boolean;
}

/** The JSON of the command. */
export interface HealthReport {
  /** AWS's word: ENABLED, DISABLED or PENDING. */
  view: ViewStatus;
  /** `hakken:health.mode`. */
  mode: string;
  /** Accounts that get the events of all accounts while the view is enabled. */
  administrators: string[];
  /** Whether this run had AWS change it. */
  changed: boolean;
}

/** Shows, enables or disables the organizational view of AWS Health, which has no resource. */
export const health = (context: Context, options: HealthOptions): Promise<Done> => {
  const { action = "status", yes } = options;
  if (action === "disable" && !yes && !isInteractive()) {
    throw new Misuse("health disable asks before it silences anything, and there is nobody to ask: add --yes.");
  }
  const command = action === "status" ? "health" : `health ${action}`;
  const stack = stackOf("health", { role: "management", what: "management account" }, options.stack, context.workDir);
  const open = () => openManagement(stack, context, options);
  return operateOn(stack, command, context, options, open, async (management) => {
    const look = (changed = false) => lookAt(management, changed, options);
    if (action === "status") return await look();
    refuse(management, action, options);
    if (action === "disable" && !yes && !(await confirm(QUESTION, context.interruption.stop))) {
      return { ...(await look()), exitCode: EXIT.declined };
    }
    return await look(await changeView(action, management, context, options));
  });
};

const QUESTION =
  "Disable AWS Health's organizational view? From then on no event of another account comes to the audit account.";

/** What the settings have no use for is more likely a mistake than meant. */
const refuse = ({ stack, mode }: Management, action: "enable" | "disable", options: HealthOptions): void => {
  const isWanted = action === "enable" ? mode === "organization" : mode !== "organization";
  if (isWanted || options.force) return;
  throw new Misuse(
    action === "enable"
      ? `hakken:health.mode of the stack ${stack} is ${mode}, which needs no organizational view: nothing was changed. Set it to organization, or add --force.`
      : `hakken:health.mode of the stack ${stack} is organization, which gets no events of other accounts without the view: nothing was changed. Set it to forwarding or off and deploy audit and management first, which also ends the audit account's administration; or add --force.`,
  );
};

const changeView = async (
  action: "enable" | "disable",
  { stack, view }: Management,
  { display, interruption }: Context,
  options: HealthOptions,
): Promise<boolean> => {
  const text = `${action} the organizational view`;
  display.progress({ stack, kind: "begin", text });
  try {
    const changed = await settle(view, action === "enable" ? "ENABLED" : "DISABLED", {
      stop: interruption.stop,
      looked: (status) => display.progress({ stack, kind: "doing", text: status }),
    });
    display.progress({ stack, kind: "end", text: `${text}: ${changed ? "done" : "nothing to do"}` });
    return changed;
  } catch (error) {
    display.progress({ stack, kind: "failed", text: `${text}: failed` });
    if (interruption.stop.aborted) {
      display.print(`What AWS has begun it ends by itself. How it stands: ${commandOf(repeatOf("health", options))}`);
    }
    throw error;
  }
};

const lookAt = async (management: Management, changed: boolean, options: HealthOptions): Promise<Done> => {
  const { view, mode } = management;
  const report = { view: await view.status(), mode, administrators: await view.administrators(), changed };
  return { results: [], words: inWords(report, options), details: { health: report } };
};

/** How it stands, and what to do about it where that is not what the settings want. */
const inWords = ({ view, mode, administrators }: HealthReport, options: HealthOptions): string[] => {
  const isEnabled = view === "ENABLED";
  const repeat = (command: string) => commandOf(repeatOf(command, options));
  const heads = [
    `The organizational view of AWS Health is ${view}; hakken:health.mode is ${mode}.`,
    administrators.length
      ? `Its administrators: ${administrators.join(", ")}.`
      : "No account is its administrator: its events reach the management account alone.",
  ];
  if (view === "PENDING") return [...heads, "AWS is about to change it, which takes minutes."];
  if (mode !== "organization") {
    return isEnabled ? [...heads, `Nothing needs it. To disable it: ${repeat("health disable")}`] : heads.slice(0, 1);
  }
  if (!isEnabled) {
    return [...heads, `Until it is enabled, no event of another account is told: ${repeat("health enable")}`];
  }
  if (!administrators.length) return [...heads, `Next: ${repeat("up")}`];
  return [...heads, "Events of all accounts come there from now on; what AWS Health told before is not sent again."];
};
