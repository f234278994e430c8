import { z } from "zod";
import type { Show } from "./problems";
import { list, oneOf, text } from "./shapes";

const SERVICES = ["guardDuty", "securityHub"] as const;
const SERVICES_ARE = `it must be a list of ${SERVICES.join(", ")}`;

/** What an account can be invited to. */
export type InvitingService = (typeof SERVICES)[number];

/** The setting `invitedAccounts`. */
export const invitedAccounts = z
  .array(
    z.strictObject(
      {
        account: text(/^\d{12}$/, 'it must be the 12 digits of an account id, in quotes, such as "999900001111"').meta({
          description: "The account, which has a stack of the role `member` of its own.",
        }),
        email: text(
          /^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+$/,
          "it must be an e-mail address, such as aws@example.com",
        ).meta({ description: "The address of its root user, with which GuardDuty compares it." }),
        services: list(oneOf(SERVICES), SERVICES_ARE)
          .refine((given) => new Set(given).size === given.length, `${SERVICES_ARE}, each once`)
          .default([...SERVICES])
          .meta({
            description:
              "What it is invited to. `securityHub` is switched on in the account, with the standards that the settings have for everyone, and billed there.",
          }),
      },
      "it must be an object with the keys account, email and services",
    ),
    "it must be a list of objects with the keys account, email and services",
  )
  .default([])
  .meta({
    description:
      "Accounts outside the organization that the audit account administers GuardDuty and Security Hub of, by invitation: the stack `organization` invites them, and their own stack of the role `member` switches both on and accepts. Accounts of the organization need no invitation, and AWS takes none for them.",
    defaultMeaning: "none",
    example: [{ account: "999900001111", email: "aws@example.com" }],
  });

export type InvitedAccounts = z.output<typeof invitedAccounts>;

/** Those that are invited to a service. */
export const invitedTo = (service: InvitingService, { invitedAccounts }: { invitedAccounts: InvitedAccounts }) =>
  invitedAccounts.filter(({ services }) => services.includes(service));

/** Whether this stack's account is one of them; of a service, where one is given. */
export const isInvited = (
  { account, invitedAccounts }: { account: string; invitedAccounts: InvitedAccounts },
  service?: InvitingService,
) => invitedAccounts.some((one) => one.account === account && (!service || one.services.includes(service)));

/** What is wrong between them and the rest of a stack's settings. */
export function invitationProblems(
  invited: InvitedAccounts,
  { role, account }: { role?: string; account?: string },
  show: Show,
): string[] {
  return invited.flatMap((one, index) => {
    const says = (what: string) =>
      `hakken:invitedAccounts[${index}]: ${show("invitedAccounts", `"${one.account}"`)} ${what}`;
    return [
      ...(invited.findIndex((other) => other.account === one.account) < index
        ? [says("stands there twice: remove one.")]
        : []),
      ...(role && role !== "member" && one.account === account
        ? [says(`is the account of this stack, which is of the organization: remove it here.`)]
        : []),
    ];
  });
}
