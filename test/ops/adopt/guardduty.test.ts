import type { GuardDuty } from "@aws-sdk/client-guardduty";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differences } from "../../../ops/adopt/differences";
import type { Found } from "../../../ops/adopt/finding";
import { AUDIT, HOME, LINKED, PROD, RunningPlane } from "../../sandbox/doubles/plane";
import { finding } from "./inDoubles";

const plane = new RunningPlane();
const find = finding(plane);
const [IP_SET, THREATS, DESTINATION, MEMBER, ACCEPTER] = [
  "aws:guardduty/iPSet:IPSet",
  "aws:guardduty/threatIntelSet:ThreatIntelSet",
  "aws:guardduty/publishingDestination:PublishingDestination",
  "aws:guardduty/member:Member",
  "aws:guardduty/inviteAccepter:InviteAccepter",
] as const;
const EMAIL = "prod@example.com";
let audit: GuardDuty;
let DetectorId = "";

beforeAll(async () => {
  await plane.start();
  audit = plane.guardDuty(AUDIT);
  DetectorId = (await audit.createDetector({ Enable: true })).DetectorId ?? "";
});
afterAll(() => plane.close());

describe("what a detector has one of", () => {
  it("is nothing where there is no detector, and none of it where there is one", async () => {
    for (const type of [IP_SET, THREATS, DESTINATION]) {
      expect(await find(type, { region: LINKED })).toBeUndefined();
      expect(await find(type, { region: HOME })).toBeUndefined();
    }
  });

  it("is its list of trusted addresses under any name, which is made anew with ours alone", async () => {
    const { IpSetId } = await audit.createIPSet({
      ...{
        DetectorId,
        Name: "office",
        Format: "TXT",
        Activate: false,
        Location: "https://s3.amazonaws.com/theirs/office.txt",
      },
    });

    const found = await find(IP_SET, { region: HOME, name: "ours" });

    expect(found).toMatchObject({
      id: `${DetectorId}:${IpSetId}`,
      loses: [expect.stringMatching(/the list office is made anew with the addresses of hakken:guardDuty.trustedIps/)],
    });
    const ours = { format: "TXT", activate: true, location: "https://s3.amazonaws.com/ours/trusted.txt" };
    expect(differences((found as Found).now, ours)).toEqual([
      { setting: "activate", now: false, ours: true },
      { setting: "location", now: "https://s3.amazonaws.com/theirs/office.txt", ours: ours.location },
    ]);
  });

  it("is six lists of threats: five leave room for ours, six are in the way, with the command for one of them", async () => {
    const add = (n: number) =>
      audit.createThreatIntelSet({
        ...{
          DetectorId,
          Name: `feed-${n}`,
          Format: "TXT",
          Activate: false,
          Location: `https://s3.amazonaws.com/t/${n}`,
        },
      });
    for (let n = 1; n <= 5; n++) await add(n);

    const room = await find(THREATS, { region: HOME });
    const { ThreatIntelSetId } = await add(6);
    const full = await find(THREATS, { region: HOME });

    expect(room).toBeUndefined();
    expect(full).toMatchObject({
      what: expect.stringContaining(`GuardDuty in ${HOME} has 6 lists`),
      fix: expect.stringMatching(
        new RegExp(`delete-threat-intel-set --detector-id ${DetectorId} --region ${HOME} .*${ThreatIntelSetId}`),
      ),
    });
  });

  it("is where it exports to, and from then on no more", async () => {
    const [DestinationArn, KmsKeyArn] = ["arn:aws:s3:::theirs", `arn:aws:kms:${HOME}:${AUDIT}:key/theirs`];
    const { DestinationId } = await audit.createPublishingDestination({
      ...{ DetectorId, DestinationType: "S3", DestinationProperties: { DestinationArn, KmsKeyArn } },
    });

    const found = await find(DESTINATION, { region: HOME });

    expect(found).toEqual({
      id: `${DetectorId}:${DestinationId}`,
      now: { destinationArn: DestinationArn, kmsKeyArn: KmsKeyArn, tags: {} },
      loses: [`nothing more is exported to ${DestinationArn}; what is there stays`],
    });
  });
});

describe("a member by invitation", () => {
  const inputs = { region: HOME, accountId: PROD, email: EMAIL, invite: true };

  it("is nothing to either side before it is invited, and to its own until it has accepted", async () => {
    const prod = plane.guardDuty(PROD);
    const { DetectorId: own = "" } = await prod.createDetector({ Enable: true });
    const accepter = { region: HOME, masterAccountId: AUDIT };

    const none = await find(MEMBER, inputs);
    await audit.createMembers({ DetectorId, AccountDetails: [{ AccountId: PROD, Email: EMAIL }] });
    const made = await find(MEMBER, inputs);
    await audit.inviteMembers({ DetectorId, AccountIds: [PROD] });
    const invited = await find(MEMBER, inputs);
    const pending = await find(ACCEPTER, accepter, PROD);
    const { Invitations: [invitation] = [] } = await prod.listInvitations({});
    const InvitationId = invitation?.InvitationId;
    await prod.acceptAdministratorInvitation({ DetectorId: own, AdministratorId: AUDIT, InvitationId });
    const accepted = await find(ACCEPTER, accepter, PROD);
    const another = await find(ACCEPTER, { ...accepter, masterAccountId: "999999999999" }, PROD);

    expect(none).toBeUndefined();
    expect(made).toEqual({ id: `${DetectorId}:${PROD}`, now: { accountId: PROD, email: EMAIL, invite: false } });
    expect(invited).toMatchObject({ now: { invite: true } });
    expect(pending).toBeUndefined();
    expect(accepted).toEqual({ id: own, now: { masterAccountId: AUDIT } });
    expect(another).toBeUndefined();
  });

  it("is in the way by another address, since a change of it would delete the member", async () => {
    const found = await find(MEMBER, { ...inputs, email: "other@example.com" });

    expect(found).toMatchObject({
      what: `account ${PROD} is GuardDuty's member in ${HOME} by the address ${EMAIL}, and not other@example.com`,
      fix: `set its email in hakken:invitedAccounts to ${EMAIL}`,
    });
  });
});
