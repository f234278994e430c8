import { encoded } from "./urls";

/** The page where people of the organization sign in (IAM Identity Center), so that a link opens in the right account. */
export interface AccessPortal {
  /** Without a slash at its end, such as https://d-1234567890.awsapps.com/start. */
  url: string;
  /** The permission set to open the console with. Default: the portal lets the person choose. */
  roleName?: string;
  /** Account of the links to Security Hub, which holds all findings. */
  auditAccount: string;
}

/**
 * The address that signs a person in to the account and leads on to the page of the console.
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/createshortcutlink.html
 */
export function throughPortal(page: string, account: string, { url, roleName }: AccessPortal): string {
  const role = roleName === undefined ? "" : `&role_name=${encoded(roleName)}`;
  return `${url}/#/console?account_id=${account}${role}&destination=${encoded(page)}`;
}

/** Whether a URL is a page of the AWS console, the only destination that the portal takes. */
export function isConsole(page: string): boolean {
  return URL.canParse(page) && consoleHost.test(new URL(page).hostname);
}

// The Health dashboard's own hosts (health, phd.aws.amazon.com) are left as they are: nothing says that the portal takes them.
const consoleHost = /^(?:[a-z0-9-]+\.)*console\.(?:aws\.amazon\.com|amazonaws-us-gov\.com|amazonaws\.cn)$/;
