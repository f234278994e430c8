import { Inspector2 } from "@aws-sdk/client-inspector2";
import { scansIn } from "../../../handlers/inspectorScans";
import { differingScans, type InspectorDutySettings } from "../../../handlers/reconcile/inspector";
import { membersOf } from "../../../handlers/reconcile/inspectorMembers";
import { enrolled, type Look, unread } from "./look";

/** What the reconciler changes in Inspector's members of one region. */
export const lookAtInspector: Look<InspectorDutySettings> = async ({ region }, settings, { around, run }) => {
  const place = { client: around.account.client(Inspector2, region), region };
  const everyone = await run.organization.accounts();
  const accounts = everyone.filter(({ id, active }) => active && id !== settings.adminAccountId);
  const members = await membersOf(place);
  const { differing, unread: refused } = await differingScans(place, accounts, scansIn(region, settings), members);
  const service = "Inspector";
  return [
    ...differing.flatMap(({ id: account, on, off }) => [
      ...on.map((setting) => ({ service, account, setting, now: "DISABLED", ours: "ENABLED" })),
      ...off.map((setting) => ({ service, account, setting, now: "ENABLED", ours: "DISABLED" })),
    ]),
    ...refused.map(({ accountId = "", errorMessage = "" }) => unread(service, accountId, errorMessage)),
    ...enrolled(
      service,
      accounts.filter(({ id }) => !members.includes(id)),
      "what it scans by itself can't be read before it is one: what hakken:inspector doesn't scan goes off there, the rest goes on",
    ),
  ];
};
