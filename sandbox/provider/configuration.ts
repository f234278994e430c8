import { STS } from "@aws-sdk/client-sts";
import { fromIni } from "@aws-sdk/credential-provider-ini";
import { zip } from "./archive";
import { type Credentials, clients, type Scope } from "./scope";

/** What startProvider was given. */
export interface Surroundings {
  /** The one endpoint of every AWS service. */
  readonly endpoint: string;
  /** AWS shared credentials file, in which `profile` is looked up. */
  readonly credentialsFile?: string;
  /** Folders against which the archives' relative paths are resolved, the likeliest first. */
  readonly programDirs: () => readonly string[];
  /** The regions that an account has enabled. */
  readonly regionsOf: (account: string) => readonly string[];
}

/** A configured aws.Provider: its account, and clients by region. */
export interface Session {
  readonly account: string;
  readonly region: string;
  readonly defaultTags: Readonly<Record<string, string>>;
  scope(region?: string): Scope;
  close(): void;
}

// Settings of the official provider that change nothing against a local endpoint, accepted so that a program may set them.
const WITHOUT_EFFECT = /^(skip[A-Z]\w*|retryMode|maxRetries|stsRegion|useFipsEndpoint|useDualstackEndpoint|version)$/;
const SUPPORTED = new Set([
  "region",
  "profile",
  "accessKey",
  "secretKey",
  "token",
  "assumeRoles",
  "allowedAccountIds",
  "forbiddenAccountIds",
  "defaultTags",
]);

/** Names of a provider's settings that are not supported here. */
export function unsupportedSettings(names: string[]): string[] {
  return names.filter((name) => !SUPPORTED.has(name) && !WITHOUT_EFFECT.test(name) && !name.startsWith("__"));
}

/**
 * A session from the settings of an aws.Provider, checked as the official provider does: the credentials must work, and
 * their account must be allowed. `get` gives a setting's text, JSON where it is not a string.
 */
export async function configure(
  get: (name: string) => string | undefined,
  around: Surroundings,
  signal: AbortSignal,
): Promise<Session> {
  const region = get("region") || process.env.AWS_REGION;
  if (!region)
    throw new Error('missing required configuration key "aws:region": the region where AWS operations happen');
  const credentials = await assumed(parsed(get("assumeRoles"), []), await base(get, region, around), region, around);
  const { Account: account = "", Arn: arn = "" } = await client(region, credentials, around)
    .getCallerIdentity({})
    .catch((error) => {
      // A refused connection has a code and no message.
      throw new Error(`validating AWS credentials at ${around.endpoint}: ${error.message || error.code}`);
    });

  const allowed = parsed<string[]>(get("allowedAccountIds"), []);
  const forbidden = parsed<string[]>(get("forbiddenAccountIds"), []);
  if ((allowed.length > 0 && !allowed.includes(account)) || forbidden.includes(account))
    throw new Error(`AWS account ID not allowed: ${account}`);

  const scopes = new Map<string, Scope & { destroy(): void }>();
  return {
    account,
    region,
    defaultTags: parsed<{ tags?: Record<string, string> }>(get("defaultTags"), {}).tags ?? {},
    scope(wanted = region) {
      const known = scopes.get(wanted);
      if (known) return known;
      const made = Object.assign(clients(around.endpoint, wanted, credentials), {
        account,
        region: wanted,
        partition: arn.split(":")[1] || "aws",
        regions: around.regionsOf(account),
        signal,
        zip: (archive: unknown) => zip(archive, around.programDirs()),
      });
      scopes.set(wanted, made);
      return made;
    },
    close: () => scopes.forEach((scope) => void scope.destroy()),
  };
}

/** Keys in the settings, else the profile, else this process's environment. */
async function base(
  get: (name: string) => string | undefined,
  region: string,
  around: Surroundings,
): Promise<Credentials> {
  const accessKeyId = get("accessKey");
  if (accessKeyId) return { accessKeyId, secretAccessKey: get("secretKey") ?? "", sessionToken: get("token") };

  const profile = get("profile");
  if (profile) {
    const clientConfig = { region, endpoint: around.endpoint };
    // Without its own config file, so that nothing of this machine's ~/.aws is read.
    const files = { filepath: around.credentialsFile ?? "/dev/null", configFilepath: "/dev/null", ignoreCache: true };
    return fromIni({ profile, ...files, clientConfig })().catch((error) => {
      throw new Error(`failed to get shared config profile, ${profile}: ${error.message}`);
    });
  }

  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID) throw new Error("No valid credential sources found: no keys, no profile, no environment");
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "",
    sessionToken: AWS_SESSION_TOKEN,
  };
}

interface AssumeRole {
  roleArn: string;
  sessionName?: string;
  externalId?: string;
}

/** Credentials after each role in turn was assumed. */
async function assumed(roles: AssumeRole[], first: Credentials, region: string, around: Surroundings) {
  let credentials = first;
  for (const { roleArn, sessionName, externalId } of roles) {
    const { Credentials: given } = await client(region, credentials, around).assumeRole({
      RoleArn: roleArn,
      RoleSessionName: sessionName ?? "pulumi",
      ExternalId: externalId,
    });
    if (!given?.AccessKeyId || !given.SecretAccessKey) throw new Error(`Cannot assume IAM Role ${roleArn}: no keys`);
    credentials = {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
    };
  }
  return credentials;
}

function client(region: string, credentials: Credentials, around: Surroundings): STS {
  return new STS({ endpoint: around.endpoint, region, credentials });
}

function parsed<T>(text: string | undefined, fallback: T): T {
  return text ? (JSON.parse(text) as T) : fallback;
}
