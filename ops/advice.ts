import type { Failure } from "./events";

/** How a person repeats a run: of which the next command is made. */
export interface Repeat {
  /** The command that was given: "destroy", also while its preview runs. */
  command: string;
  /** The stacks that were named; empty for all. */
  stacks: readonly string[];
  /** The folder that was given. */
  cwd?: string;
  /** Whether stacks that don't exist yet are made: those that it did not come to still don't. */
  create?: boolean;
}

/** What was done when a stack failed. */
export interface Attempt {
  command: string;
  stack: string;
  /** The account of the stack, if its settings name one. */
  account?: string;
  repeat?: Repeat;
}

/** What to do next about a failure: a sentence with the command to run. */
export const advice = (failures: readonly Failure[], attempt: Attempt): string => {
  const text = failures.map(({ reason }) => reason).join("\n");
  const known = KNOWN.find(([pattern]) => pattern.test(text));
  return known ? known[1](attempt, text) : whenPutRight(attempt);
};

const whenPutRight = (attempt: Attempt): string => `When that is put right: ${ops(attempt)}`;

const ordered = ({ command, stack, repeat }: Attempt): Repeat => repeat ?? { command, stacks: [stack] };
const ops = (attempt: Attempt, instead: Partial<Repeat> = {}): string => commandOf({ ...ordered(attempt), ...instead });

/** The command line of a run. */
export const commandOf = (repeat: Repeat): string => {
  const stacks = repeat.stacks.length ? ["--stack", ...repeat.stacks] : [];
  const create = repeat.create ? "--create" : "";
  return ["npm run ops --", repeat.command, ...stacks, create, where(repeat)].filter(Boolean).join(" ");
};
const opsOn = (stack: string, attempt: Attempt, create = ordered(attempt).create): string =>
  ops(attempt, { command: "up", stacks: [stack], create });
const pulumi = (words: string, { stack, repeat }: Attempt): string =>
  ["pulumi", words, "--stack", stack, where(repeat)].filter(Boolean).join(" ");
const where = (repeat?: Repeat): string => (repeat?.cwd === undefined ? "" : `--cwd ${repeat.cwd}`);

/** The program's words for outputs that a stack of this project does not have yet. */
export const NEEDS_FIRST = /pulumi up --stack ([^\s/]+) first/;

/** What goes with a protected resource when another one takes its place, by type. */
const LOST_BY_REPLACEMENT: Readonly<Record<string, string>> = {
  "aws:guardduty/detector:Detector":
    "GuardDuty's findings there, its settings and, in the administrator's account, every account's membership would be lost",
  "aws:securityhub/account:Account":
    "Security Hub's findings there and, in the administrator's account, what it sets for the organization would be lost",
  "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount":
    "every account's membership in GuardDuty there would be lost",
  "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount":
    "Security Hub's central configuration would be lost, with every account's membership",
  "aws:cfg/recorder:Recorder": "nothing would be recorded there meanwhile",
  "aws:dynamodb/table:Table": "what has been told would be forgotten",
};

// The words of Pulumi's CLI 3.259, of its engine, and of the AWS provider. The first that fits is taken.
const KNOWN: readonly [RegExp, (attempt: Attempt, text: string) => string][] = [
  [
    /there is no such stack in this backend/,
    (attempt) =>
      ["up", "preview", "adopt"].includes(ordered(attempt).command)
        ? `If the name and the backend (pulumi whoami --verbose) are right, make it: ${ops(attempt, { create: true })}`
        : "Nothing is deployed under that name. See the stacks that there are: pulumi stack ls",
  ],
  [
    /currently locked by|another update is currently in progress/i,
    (attempt) =>
      `Wait until the other run ends. Only if it is gone for certain, since two runs at once damage the state: ${pulumi("cancel", attempt)}`,
  ],
  [
    /new stack: passphrase must be set/,
    (attempt) =>
      `Say how this stack's secrets are encrypted: by a key, with a line such as secretsprovider: awskms://alias/hakken-pulumi?region=REGION in Pulumi.${attempt.stack}.yaml, or by a passphrase in PULUMI_CONFIG_PASSPHRASE, then: ${ops(attempt, { create: true })}`,
  ],
  [
    /passphrase must be set/,
    (attempt) =>
      `Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to the passphrase of this stack's secrets, then: ${ops(attempt)}`,
  ],
  [
    /incorrect passphrase/,
    (attempt) =>
      `PULUMI_CONFIG_PASSPHRASE is not the passphrase with which this stack's secrets were encrypted: set the right one, then: ${ops(attempt)}`,
  ],
  [
    /requires logging in|PULUMI_ACCESS_TOKEN must be set|invalid access token|no credentials for|could not find a Pulumi.*backend/i,
    (attempt) =>
      `Log in to where the stacks' state is kept: pulumi login (for Pulumi Cloud), or pulumi login s3://BUCKET, then: ${ops(attempt)}`,
  ],
  [
    /unable to replace resource[\s\S]*marked for protection/,
    (attempt, text) => {
      const [, , types = ""] = (/unable to replace resource "([^"]+)"/.exec(text)?.[1] ?? "").split("::");
      const type = types.split("$").pop() ?? "";
      const lost = LOST_BY_REPLACEMENT[type] ?? "what it holds or does would be lost";
      return `The change would make it anew, and ${lost}. Put settings and program back as they were. Only if it is meant: then ${pulumi("config set hakken:protect false", attempt)}, then ${opsOn(attempt.stack, attempt)}, then change them again: ${ops(attempt)}`;
    },
  ],
  [
    /marked for protection|is protected|cannot be deleted\s+because it is protected/i,
    (attempt) => {
      const why = "It is protected, since to delete it weakens the organization's watch. If that is meant";
      const lift = `${pulumi("config set hakken:protect false", attempt)}, then ${opsOn(attempt.stack, attempt)}`;
      // What the program no longer makes keeps the protection that it was last made with.
      return ordered(attempt).command === "destroy"
        ? `${why}: ${lift}, then: ${ops(attempt)}`
        : `${why}: put settings and program back as they were, ${lift}, then change them again: ${ops(attempt)}`;
    },
  ],
  [
    /AWS account ID not allowed/i,
    ({ account, ...attempt }) =>
      `The credentials are of another account than the stack's${account ? `, ${account}` : ""}: choose others by hakken:profile, AWS_PROFILE or the environment, then: ${ops(attempt)}`,
  ],
  [
    /expired ?token|token (included in the request )?(is|has) expired|SSO session.*(expired|invalid)|refresh.*SSO/i,
    (attempt) =>
      `The AWS credentials have expired: get new ones (aws sso login, or as you got these), then: ${ops(attempt)}`,
  ],
  [
    /no valid credential sources|failed to (retrieve|refresh cached) credentials|unable to locate credentials|InvalidClientTokenId|failed to get shared config profile/i,
    (attempt) =>
      `No AWS credentials that work: set hakken:profile or AWS_PROFILE, or log in (aws sso login), then: ${ops(attempt)}`,
  ],
  [
    /SubscriptionRequiredException/,
    ({ repeat }) =>
      `The API of AWS Health takes a Business support plan or a higher one of the management account. Without: enable the view in the console (AWS Health Dashboard, Your organization health, Configurations), which takes no plan; or have each account forward its events: set hakken:health to { mode: forwarding }, then: ${commandOf({ command: "up", stacks: [], cwd: repeat?.cwd })}`,
  ],
  [
    /AWS goes on by itself/,
    (attempt) => `How it stands: ${ops(attempt, { command: "health" })}. To go on waiting: ${ops(attempt)}`,
  ],
  [
    /pulumi config set (?:--stack \S+ )?--secret ([\w:]+)/,
    (attempt, text) => {
      // Each problem with the settings has a line: to name the commands for some would sound as if that were all.
      const more = text.split("\n").some((line) => /^ {2}hakken:/.test(line) && !/config set .*--secret/.test(line));
      if (more) return whenPutRight(attempt);
      const keys = [...text.matchAll(/pulumi config set (?:--stack \S+ )?--secret ([\w:]+)/g)].map(([, key]) => key);
      return `${keys.map((key) => pulumi(`config set --secret ${key}`, attempt)).join(", ")}, then: ${ops(attempt)}`;
    },
  ],
  [
    NEEDS_FIRST,
    (attempt, text) => {
      const first = NEEDS_FIRST.exec(text)?.[1] ?? "";
      return `${opsOn(first, attempt, /pulumi stack init/.test(text) || undefined)}, then: ${ops(attempt)}`;
    },
  ],
  [
    /unknown stack "(?:[^"/]+\/){0,2}([^"/]+)"/,
    (attempt, text) => {
      const first = /unknown stack "(?:[^"/]+\/){0,2}([^"/]+)"/.exec(text)?.[1] ?? "";
      return `It needs a stack that is not there: ${opsOn(first, attempt, true)}, then: ${ops(attempt)}`;
    },
  ],
  [
    /no change was expected/,
    (attempt) =>
      attempt.command === "preview"
        ? `If these changes are wanted: ${ops(attempt, { command: "up" })}`
        : "They have been made. If they are not wanted, put the program or the settings back and run it again.",
  ],
];

/** What to do next about a run that was cut short. */
export const adviceAfterInterruption = (attempt: Attempt): string =>
  `To go on: ${ops(attempt)}. If it then warns of pending operations: ${pulumi("refresh", attempt)}`;
