import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, errorOf, HOME, MANAGEMENT, RunningPlane } from "./plane";

const PRINCIPAL = "health.amazonaws.com";
const MINUTE = 60_000;
let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane({ organizationalView: MINUTE }).start();
});
afterEach(() => running.close());

const view = (account = MANAGEMENT, region?: string) => running.health(account, region);
const enable = () => view().enableHealthServiceAccessForOrganization({});
const disable = () => view().disableHealthServiceAccessForOrganization({});
const status = async () =>
  (await view().describeHealthServiceStatusForOrganization({})).healthServiceAccessStatusForOrganization;
const delegated = { AccountId: AUDIT, ServicePrincipal: PRINCIPAL };

describe("the organizational view", () => {
  it("goes on in time, with trusted access, which alone is not it", async () => {
    const organizations = running.organizations(MANAGEMENT);
    await organizations.enableAWSServiceAccess({ ServicePrincipal: PRINCIPAL });
    const before = await status();
    await enable();
    const [early, again] = [await status(), await errorOf(enable())];
    running.clock.pass(MINUTE);
    await enable();
    const { EnabledServicePrincipals = [] } = await organizations.listAWSServiceAccessForOrganization({});

    expect([before, early, await status()]).toEqual(["DISABLED", "PENDING", "ENABLED"]);
    expect(again).toMatchObject({ name: "ConcurrentModificationException", status: 400 });
    expect(EnabledServicePrincipals.map(({ ServicePrincipal }) => ServicePrincipal)).toContain(PRINCIPAL);
  });

  it("goes off in time, and not while an account is its administrator", async () => {
    const organizations = running.organizations(MANAGEMENT);
    await enable();
    running.clock.pass(MINUTE);
    await organizations.registerDelegatedAdministrator(delegated);
    const refused = await errorOf(disable());
    const still = await status();
    await organizations.deregisterDelegatedAdministrator(delegated);
    await disable();
    const early = await status();
    running.clock.pass(MINUTE);

    expect(refused.name).toBe("ConstraintViolationException");
    expect([still, early, await status()]).toEqual(["ENABLED", "PENDING", "DISABLED"]);
  });

  it("goes off with trusted access, and does not come back with it", async () => {
    const organizations = running.organizations(MANAGEMENT);
    await enable();
    running.clock.pass(MINUTE);
    await organizations.disableAWSServiceAccess({ ServicePrincipal: PRINCIPAL });
    const off = await status();
    running.clock.pass(1);
    await organizations.enableAWSServiceAccess({ ServicePrincipal: PRINCIPAL });

    expect([off, await status()]).toEqual(["DISABLED", "DISABLED"]);
  });

  it("is the management account's, at the endpoint in us-east-1", async () => {
    const byMember = await errorOf(view(AUDIT).describeHealthServiceStatusForOrganization({}));
    const elsewhere = await errorOf(view(MANAGEMENT, HOME).describeHealthServiceStatusForOrganization({}));
    const other = await errorOf(view().describeEvents({}));

    expect(byMember).toMatchObject({ name: "AccessDeniedException", status: 403 });
    expect(elsewhere).toMatchObject({ name: "InvalidSignatureException", status: 403 });
    expect(other).toMatchObject({ name: "NotImplementedException", status: 501 });
  });

  it("takes a plan of AWS Support", async () => {
    const plain = await new RunningPlane({}, undefined, false).start();

    const errors = [
      await errorOf(plain.health(MANAGEMENT).enableHealthServiceAccessForOrganization({})),
      await errorOf(plain.health(MANAGEMENT).describeHealthServiceStatusForOrganization({})),
    ];

    await plain.close();
    expect(errors.map(({ name }) => name)).toEqual(["SubscriptionRequiredException", "SubscriptionRequiredException"]);
  });
});
