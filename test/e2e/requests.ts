import { expect, it } from "vitest";
import { ask } from "../../sandbox/client";
import { ACCOUNTS, HOME_REGION } from "../../sandbox/organization";
import type { Stage } from "./stage";
import { NOWHERE, ONCE, Tale } from "./tale";

const ACTION = `arn:aws:securityhub:${HOME_REGION}:${ACCOUNTS.audit}:action/custom/TellByHakken`;
const MEDIUM = { Severity: { Label: "MEDIUM" as const, Normalized: 40 } };

/** Findings that a person asks for by the custom action in Security Hub's console. */
export function requests(stage: () => Stage): void {
  it("tells what a person asks for at once, several together, whatever their severity", async () => {
    const tales = await Promise.all(
      ["Asked for", "Asked for too"].map((title) => Tale.of(stage(), title, MEDIUM).report()),
    );
    await stage().rest();
    const before = await Promise.all(tales.map((tale) => tale.told()));

    await ask(
      stage().run,
      ACTION,
      tales.map(({ finding: { Id: id = "", ProductArn: productArn = "" } }) => ({ id, productArn })),
    );
    await Promise.all(tales.map((tale) => tale.settled()));
    await stage().rest();

    expect(before).toEqual([NOWHERE, NOWHERE]);
    expect(await Promise.all(tales.map((tale) => tale.told()))).toEqual([ONCE, ONCE]);
    expect(await Promise.all(tales.map((tale) => tale.workflow()))).toEqual(["NOTIFIED", "NOTIFIED"]);
  });
}
