import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, HOME, LINKED, RunningPlane } from "../sandbox/doubles/plane";
import { runtimeModules, runZip } from "./run";
import { reconcilerZip, type Zip } from "./zips";

let zip: Zip;
let running: RunningPlane;
beforeAll(async () => {
  zip = await reconcilerZip({ securityHubV2: { homeRegion: HOME, regions: [HOME, LINKED] } });
});
beforeEach(async () => {
  running = await new RunningPlane().start();
});
afterEach(() => running.close());

const duty = { kind: "securityHubV2", region: HOME, data: {} };
const run = (event: object) =>
  runZip(zip, event, {
    NODE_PATH: runtimeModules(),
    AWS_REGION: HOME,
    AWS_ENDPOINT_URL_SECURITYHUB: running.endpoint("securityhub"),
    AWS_ENDPOINT_URL_ORGANIZATIONS: running.endpoint("organizations"),
    AWS_ACCESS_KEY_ID: AUDIT,
    AWS_SECRET_ACCESS_KEY: "x",
  });
const deployed = (action: string) => run({ duty, tf: { action } });

describe("the reconciler, of Security Hub V2", () => {
  it("waits, when it is deployed, until the policy has switched V2 on, in the home region and the others", async () => {
    const switched: string[] = [];
    const switchOn = (region: string, milliseconds: number) =>
      setTimeout(async () => {
        switched.push(region);
        await running.securityHub(AUDIT, region).enableSecurityHubV2({});
      }, milliseconds);
    switchOn(HOME, 1_500);
    switchOn(LINKED, 2_500);

    const { result } = await deployed("create");

    expect(switched).toEqual([HOME, LINKED]);
    expect(result).toEqual({ done: {}, warnings: [] });
  });

  it("tells by the hour where V2 is off, and waits for nothing", async () => {
    await running.securityHub(AUDIT).enableSecurityHubV2({});

    const { result } = await run({ duties: [duty] });

    expect(result).toEqual({
      done: {},
      warnings: [expect.stringMatching(`^Security Hub V2 is off in ${LINKED} of the administrator's account`)],
    });
  });

  it("lets nothing go", async () => {
    await running.securityHub(AUDIT).enableSecurityHubV2({});

    const { result } = await deployed("delete");

    expect(result).toEqual({ done: {}, warnings: [] });
    await expect(running.securityHub(AUDIT).describeSecurityHubV2({})).resolves.toHaveProperty("HubV2Arn");
  });
});
