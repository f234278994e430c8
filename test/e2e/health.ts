import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { observationsOf } from "../../handlers/alert/normalise";
import { alertKeyOf } from "../../sandbox/grouping";
import { piecesOf } from "../../sandbox/inboxPieces";
import { ACCOUNTS, HOME_REGION } from "../../sandbox/organization";
import { ops } from "./checkout";
import { until } from "./cloud";
import type { Stage } from "./stage";

const sample = () =>
  JSON.parse(readFileSync(join(__dirname, "../../sandbox/samples/told-health-outage-elsewhere.json"), "utf8"));

/** An outage of a region, in an account. One communication is one alert, whoever it concerns. */
const outage = (communicationId: string, affectedAccount: string, eventRegion: string, changes: object = {}) => {
  const event = sample();
  const eventArn = `arn:aws:health:${eventRegion}::event/LAMBDA/AWS_LAMBDA_OPERATIONAL_ISSUE/${communicationId}`;
  const detail = { ...event.detail, eventArn, eventRegion, affectedAccount, ...changes };
  return { ...event, detail: { ...detail, communicationId: `${communicationId}-1` } };
};

/** Events of AWS Health: by its organizational view, and forwarded from an account outside the organization. */
export function health(stage: () => Stage): void {
  const titlesOf = async (event: object) => {
    const [observation] = observationsOf(event);
    if (!observation) throw new Error("the event makes no finding");
    const key = alertKeyOf(observation.finding);
    const pieces = piecesOf(await stage().client.inbox()).filter(({ message }) => message.includes(key));
    return pieces.filter(({ channel }) => channel === "backlog").map(({ kind }) => kind);
  };
  const send = async (event: Record<string, unknown>) => void (await stage().client.send({ event }));

  it("comes of all accounts by the organizational view, as ops says", async () => {
    const { code, stdout } = await ops(stage(), ["health", "--json"]).ended;

    expect(code).toBe(0);
    expect(JSON.parse(stdout).health).toEqual({
      ...{ view: "ENABLED", mode: "organization", changed: false },
      administrators: [ACCOUNTS.audit],
    });
  });

  it("tells one outage of two accounts and regions once, and closes its issue when AWS says that it is over", async () => {
    const [here, there] = [
      outage("e2e-outage", ACCOUNTS.prod, HOME_REGION),
      outage("e2e-outage", ACCOUNTS.dev, "us-east-1"),
    ];
    const over = { statusCode: "closed", lastUpdatedTime: "Fri, 20 Nov 2026 05:00:00 GMT" };

    await send(here);
    await until("the outage to be told", async () => (await titlesOf(here)).length > 0);
    await send(there);
    await stage().rest();
    const issues = (await titlesOf(here)).filter((kind) => kind === "message");
    await send(outage("e2e-outage", ACCOUNTS.prod, HOME_REGION, over));
    await send(outage("e2e-outage", ACCOUNTS.dev, "us-east-1", over));
    await stage().rest();

    expect(issues).toEqual(["message"]);
    expect((await titlesOf(here)).length).toBeGreaterThan(issues.length);
  });

  it.each([HOME_REGION, "us-east-1"])(
    "tells what concerns an account outside the organization, forwarded from %s",
    async (region) => {
      const event = outage(`e2e-partner-${region}`, ACCOUNTS.partner, region);

      await send(event);
      await stage().rest();

      expect(await titlesOf(event)).toEqual(["message"]);
    },
  );
}
