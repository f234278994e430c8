import * as pulumi from "@pulumi/pulumi";
import { Suppressions } from "../components/detection/Suppressions";
import type { Settings } from "../settings";

/** When a suppression ends, and who is to decide anew. */
export interface Expiry {
  name: string;
  owner: string;
  /** ISO 8601, UTC. */
  expires: string;
}

/** Days before the end of a suppression from which each run says so. */
const AHEAD = 30;

/**
 * The suppressions of the settings, in the regions given, which the account administers once `organization` stands. Gives their expiries, the next one
 * first. The time of day changes nothing that is made or given, or a preview would show what nobody changed; it is said in the log alone.
 */
export function suppressed(
  { suppressions }: Pick<Settings, "suppressions">,
  regions: readonly string[],
  organization: pulumi.Resource,
  opts: pulumi.ComponentResourceOptions,
  now: number = Date.now(),
): Expiry[] {
  if (suppressions.length > 0) new Suppressions("suppressions", { suppressions, regions, organization }, opts);
  const expiries = suppressions
    .flatMap(({ name, owner, expires }) => (expires ? [{ name, owner, expires }] : []))
    .sort((a, b) => a.expires.localeCompare(b.expires) || a.name.localeCompare(b.name));
  sayWhatEnds(expiries, now);
  sayWhatIsNowhere(suppressions, regions);
  return expiries;
}

function sayWhatEnds(expiries: readonly Expiry[], now: number): void {
  for (const { name, owner, expires } of expiries) {
    const milliseconds = Date.parse(expires) - now;
    if (milliseconds < 0) {
      void pulumi.log.warn(
        `hakken:suppressions: "${name}" of ${owner} expired at ${expires} and does nothing any more. Take it out, or decide anew and set another date. What it had suppressed has been set back to NEW.`,
      );
    } else if (milliseconds < AHEAD * 24 * 60 * 60 * 1000) {
      void pulumi.log.info(`hakken:suppressions: "${name}" of ${owner} expires at ${expires}.`);
    }
  }
}

function sayWhatIsNowhere(suppressions: Settings["suppressions"], regions: readonly string[]): void {
  for (const { name, region } of suppressions) {
    if (!region || region.some((one) => regions.includes(one))) continue;
    void pulumi.log.warn(
      `hakken:suppressions: "${name}" is made nowhere, since the audit account has none of its regions: ${region.join(", ")}.`,
    );
  }
}
