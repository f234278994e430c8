import type { ForwardingWay } from "../components/notification/Forwarding";
import type { PlainSettings } from "../settings";
import { outputsOf } from "./outputs";

/** What the stack audit has for those that forward events to it. */
export interface ForwardingOutputs {
  /** The bus that takes the management account's calls that switch detection off, where that is another account. */
  silencedBus?: string;
  /** The bus that takes forwarded events of AWS Health, where anybody may forward. */
  healthBus?: string;
  /** The role that looks whether something could not be forwarded. */
  watcher: string;
}

/** How this account's events come to a bus of the stack audit. Asked before anything is made. */
export async function wayTo(bus: "silencedBus" | "healthBus", settings: PlainSettings): Promise<ForwardingWay> {
  const found = await outputsOf<Required<ForwardingOutputs>>("audit", [bus, "watcher"], settings);
  return { busArn: found[bus], watcherArn: found.watcher };
}
