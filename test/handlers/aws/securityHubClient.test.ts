import { GetFindingsCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { afterEach, beforeEach, expect, it } from "vitest";
import { securityHubClient } from "../../../handlers/aws/securityHub";
import { AUDIT, HOME, RunningPlane } from "../../sandbox/doubles/plane";

const variables = ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
const before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));

let running: RunningPlane;
let ticking: NodeJS.Timeout;
beforeEach(async () => {
  running = await new RunningPlane().start();
  await running.securityHub(AUDIT).enableSecurityHub({});
  // The limits go by time: by the real one here.
  ticking = setInterval(() => running.clock.pass(50), 50);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: running.endpoint("securityhub"),
    AWS_REGION: HOME,
    AWS_ACCESS_KEY_ID: AUDIT,
    AWS_SECRET_ACCESS_KEY: "any",
  });
});
afterEach(async () => {
  clearInterval(ticking);
  for (const name of variables) {
    const value = before[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await running.close();
});

/** How many of so many reads at once are answered in the end. */
const answered = async (client: SecurityHubClient, reads: number): Promise<number> => {
  const all = await Promise.allSettled(Array.from({ length: reads }, () => client.send(new GetFindingsCommand({}))));
  return all.filter(({ status }) => status === "fulfilled").length;
};

it("gets far more reads at once through than Security Hub takes, by asking more seldom", async () => {
  const usual = await answered(new SecurityHubClient({}), 30);
  running.clock.pass(10_000);

  expect(usual).toBeLessThan(30);
  expect(await answered(securityHubClient(), 30)).toBe(30);
}, 60_000);
