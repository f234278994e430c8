import { STS } from "@aws-sdk/client-sts";
import { fromIni } from "@aws-sdk/credential-provider-ini";
import type { Inputs } from "./finding";

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

type ClientOf<Client> = new (config: {
  region: string;
  credentials?: Credentials | (() => Promise<Credentials>);
  maxAttempts: number;
}) => Client;

/** An AWS account as the stack's own provider sees it, to be read. */
export interface Account {
  id: string;
  /** A client of a service in one region, made once. */
  client<Client extends { destroy(): void }>(Client: ClientOf<Client>, region: string): Client;
  /** Asks only once, whoever else wants to know the same. */
  once<Answer>(question: string, ask: () => Promise<Answer>): Promise<Answer>;
  close(): void;
}

// A survey asks many things of one service at a time, and GuardDuty, Security Hub and Config allow few requests a second.
const ATTEMPTS = 8;

/**
 * Signs in as the `aws.Provider` with these inputs does: by its profile, or by what the environment has, and then as each of its roles
 * in turn. Throws where that leads to an account that the provider would refuse.
 */
export const signIn = async (provider: Inputs): Promise<Account> => {
  const region = String(provider.region);
  const profile = typeof provider.profile === "string" ? provider.profile : undefined;
  let credentials: Credentials | (() => Promise<Credentials>) | undefined = profile ? fromIni({ profile }) : undefined;
  for (const { roleArn, sessionName = "hakken", externalId } of parsed<AssumeRole[]>(provider.assumeRoles, [])) {
    const sts: STS = new STS({ region, credentials });
    const { Credentials: given } = await sts.assumeRole({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      ExternalId: externalId,
    });
    if (!given?.AccessKeyId || !given.SecretAccessKey) throw new Error(`AWS gave no credentials for ${roleArn}`);
    credentials = {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
    };
  }
  const { Account: id = "" } = await new STS({ region, credentials }).getCallerIdentity({});
  const allowed = parsed<string[]>(provider.allowedAccountIds, []);
  if (allowed.length && !allowed.includes(id)) throw new Error(`AWS account ID not allowed: ${id}`);

  const clients = new Map<unknown, Map<string, { destroy(): void }>>();
  const answers = new Map<string, Promise<unknown>>();
  return {
    id,
    client: (Client, wanted) => {
      const ofService = clients.get(Client) ?? new Map<string, { destroy(): void }>();
      clients.set(Client, ofService);
      const client = ofService.get(wanted) ?? new Client({ region: wanted, credentials, maxAttempts: ATTEMPTS });
      ofService.set(wanted, client);
      return client as InstanceType<typeof Client>;
    },
    once: <Answer>(question: string, ask: () => Promise<Answer>) => {
      const answer = (answers.get(question) as Promise<Answer> | undefined) ?? ask();
      answers.set(question, answer);
      return answer;
    },
    close: () => {
      for (const ofService of clients.values()) for (const client of ofService.values()) client.destroy();
    },
  };
};

interface AssumeRole {
  roleArn: string;
  sessionName?: string;
  externalId?: string;
}

/** A provider's inputs hold lists as text. */
const parsed = <T>(value: unknown, absent: T): T => {
  if (value === undefined || value === null || value === "") return absent;
  return (typeof value === "string" ? JSON.parse(value) : value) as T;
};
