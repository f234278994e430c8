import { describe, expect, it } from "vitest";
import { changeAccount, organizationSetup, regionsByAccount } from "../../sandbox/accounts";
import { MovingClock } from "../../sandbox/doubles/controlPlane/clock";
import { controlPlane } from "../../sandbox/doubles/controlPlane/controlPlane";
import { Organization } from "../../sandbox/doubles/organizations/organization";
import { ACCOUNTS, UNITS } from "../../sandbox/organization";

const REGIONS = ["ap-northeast-1", "us-east-1", "ap-east-1"];
const SEVENTH = "777777777777";
const organization = () => new Organization(organizationSetup(REGIONS), new MovingClock());

describe("the organization of the sandbox", () => {
  it("has its accounts in their units, one that lacks the opt-in region, and one outside", () => {
    const made = organization();

    expect(made.accounts.get(ACCOUNTS.audit)?.parent).toBe(UNITS.Security);
    expect(regionsByAccount(made)).toMatchObject({
      [ACCOUNTS.audit]: REGIONS,
      [ACCOUNTS.dev]: ["ap-northeast-1", "us-east-1"],
    });
    expect([made.accounts.has(ACCOUNTS.partner), made.outside.has(ACCOUNTS.partner)]).toEqual([false, true]);
  });

  it("takes an account in, which has the default regions alone, and moves and suspends it", () => {
    const made = organization();

    const joined = { ...changeAccount(made, { id: SEVENTH, name: "seventh" }) };
    const moved = changeAccount(made, { id: SEVENTH, unit: "Suspended", status: "SUSPENDED" });

    expect(joined).toMatchObject({ parent: made.rootId, status: "ACTIVE", regions: ["ap-northeast-1", "us-east-1"] });
    expect(moved).toMatchObject({ name: "seventh", parent: UNITS.Suspended, status: "SUSPENDED" });
    expect(made.ancestors(SEVENTH)).toEqual([UNITS.Suspended, made.rootId]);
  });

  it("lets an account opt in to a region", () => {
    const made = organization();

    changeAccount(made, { id: ACCOUNTS.dev, optedIn: ["ap-east-1"] });

    expect(made.hasRegion(ACCOUNTS.dev, "ap-east-1")).toBe(true);
  });

  it("lets one leave and come back, but never the management account or an administrator", () => {
    const made = organization();
    made.register("guardduty.amazonaws.com", ACCOUNTS.audit);

    changeAccount(made, { id: ACCOUNTS.prod, outside: true });
    const gone = made.accounts.has(ACCOUNTS.prod);
    changeAccount(made, { id: ACCOUNTS.prod, unit: "Workloads" });

    expect([gone, made.accounts.get(ACCOUNTS.prod)?.name]).toEqual([false, "prod"]);
    for (const id of [ACCOUNTS.management, ACCOUNTS.audit])
      expect(() => changeAccount(made, { id, outside: true })).toThrow(/can't leave/);
    expect(() => changeAccount(made, { id: SEVENTH, outside: true })).toThrow(/is no account that could leave/);
  });
});

describe("GuardDuty with such accounts", () => {
  it("enrols one that joins once its time has come, where it has the region, and drops one that leaves", () => {
    const clock = new MovingClock();
    const plane = controlPlane({ clock, timing: { enrolment: 60_000 }, organization: organizationSetup(REGIONS) });
    const { guardDuty } = plane;
    for (const region of REGIONS) guardDuty.designate(region, ACCOUNTS.audit).autoEnable = "ALL";
    clock.advance(60_000);
    guardDuty.settle();

    changeAccount(plane.organization, { id: SEVENTH });
    guardDuty.settle();
    const atOnce = guardDuty.isMember(SEVENTH, "us-east-1");
    clock.advance(60_000);
    guardDuty.settle();
    const later = REGIONS.map((region) => guardDuty.isMember(SEVENTH, region));
    changeAccount(plane.organization, { id: SEVENTH, outside: true });
    guardDuty.settle();

    expect([atOnce, later]).toEqual([false, [true, true, false]]);
    expect(guardDuty.isMember(SEVENTH, "us-east-1")).toBe(false);
    expect(guardDuty.isMember(ACCOUNTS.dev, "ap-east-1")).toBe(false);
  });
});
