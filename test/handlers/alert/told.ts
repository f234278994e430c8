import type { Finding } from "../../../handlers/alert/types";
import { aFinding, createWorld, type World } from "./world";
import type { WorldOptions } from "./worldOptions";

/** What a control fails. */
export const control = (changes: Partial<Finding> = {}): Finding =>
  aFinding({
    ...{ compliance: "FAILED", control: "S3.8", title: "S3 buckets should block public access" },
    ...{ resources: [{ type: "AwsS3Bucket", id: "arn:aws:s3:::one" }], resourceCount: 1 },
    ...changes,
  });

/** A world in which these findings were told. */
export async function toldOf(findings: readonly Finding[], options: Partial<WorldOptions> = {}) {
  const world = createWorld({ crashAt: new Set(), ...options });
  for (const finding of findings) world.report(finding);
  await world.drain();
  return world;
}
/** Of all findings, as Security Hub has them. */
export const workflows = (world: World) => [...world.hub.values()].map(({ workflow }) => workflow);
/** Throws where there are more alerts than one. */
export const onlyAlert = (world: World) => {
  const [alert, ...others] = world.alerts.values();
  if (!alert || others.length > 0) throw new Error(`there are ${world.alerts.size} alerts, not one`);
  return alert;
};
/** The newest message there. */
export const lastInSlack = (world: World) => world.messages.filter(({ channel }) => channel === "slack").at(-1)?.notice;
