import type { SecurityHub } from "@aws-sdk/client-securityhub";
import { chunks } from "../../../handlers/alert/chunks";
import type { SecurityHubDutySettings } from "../../../handlers/reconcile/securityHub";
import { controlFindingsNow } from "../../../handlers/reconcile/securityHubControlFindings";
import { membersOf, type SecurityHubMembersSettings } from "../../../handlers/reconcile/securityHubMembers";
import { type CustomControl, isSo } from "../../../handlers/reconcile/securityHubParameters";
import { hubIn } from "../finders/hub";
import { enrolled, type Look, type MemberSetting } from "./look";

const ORGANIZATION = "aws:securityhub/organizationConfiguration:OrganizationConfiguration";

/** AWS takes so many ids a call. */
const CONTROLS_A_CALL = 100;

/** What the reconciler changes under LOCAL in one region: who is a member, and the parameters of the administrator's own controls. */
export const lookAtSecurityHub: Look<SecurityHubMembersSettings> = async ({ region }, settings, { around, run }) => {
  const client = hubIn(around, region);
  const configured = around.all.find((one) => one.type === ORGANIZATION && one.region === region);
  const members = await membersOf(client);
  const missing = (await run.organization.accounts()).filter(
    ({ id, active }) => active && id !== settings.adminAccountId && !members.includes(id),
  );
  return [
    ...(await parametersOf(client, settings.parameters[region] ?? [])).map((change) => ({
      service: "Security Hub",
      account: settings.adminAccountId,
      ...change,
    })),
    ...enrolled(
      "Security Hub",
      configured?.inputs.autoEnable === true ? missing : [],
      "where Security Hub is off it goes on, with AWS's default standards",
    ),
  ];
};

/** What no policy sets: how the administrator has controls reported, in each of its regions. */
export const lookAtControlFindings: Look<SecurityHubDutySettings> = async ({ data }, settings, { around }) => {
  if (data.policyId) return [];
  const { controlFindings: ours } = settings;
  const changes = await Promise.all(
    settings.regions.map(async (region): Promise<MemberSetting[]> => {
      const now = await controlFindingsNow(hubIn(around, region));
      if (!now || now === ours) return [];
      const setting = "controlFindingGenerator";
      return [{ service: "Security Hub", account: around.account.id, region, setting, now, ours }];
    }),
  );
  return changes.flat();
};

const parametersOf = async (
  client: SecurityHub,
  wanted: readonly CustomControl[],
): Promise<Pick<MemberSetting, "setting" | "now" | "ours">[]> => {
  const changes = await Promise.all(
    chunks(wanted, CONTROLS_A_CALL).map(async (some) => {
      // A control that the region lacks is the reconciler's to warn of.
      const { SecurityControls = [] } = await client.batchGetSecurityControls({
        SecurityControlIds: some.map(({ control }) => control),
      });
      return SecurityControls.flatMap(({ SecurityControlId, Parameters = {} }) => {
        const own = some.find(({ control }) => control === SecurityControlId);
        return Object.entries(own?.values ?? {}).flatMap(([name, value]) => {
          const one = { control: String(SecurityControlId), reason: "", values: { [name]: value } };
          if (isSo(one, Parameters)) return [];
          return [
            {
              setting: `${SecurityControlId}.${name}`,
              now: plainValue(Parameters[name]?.Value) ?? "AWS's default",
              ours: plainValue(value),
            },
          ];
        });
      });
    }),
  );
  return changes.flat();
};

/** AWS keeps it under the name of its type, and doesn't always tell its own default. */
const plainValue = (value: object | undefined): unknown => value && Object.values(value)[0];
