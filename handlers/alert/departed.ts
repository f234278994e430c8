/** Who there is, by two accounts of it. */
export interface Neighbourhood {
  /** The audit account, which asks. */
  own: string;
  /** Every account of the organization, and whether it is active. */
  accounts: () => Promise<readonly { id: string; active: boolean }[]>;
  /** Accounts whose findings Security Hub gathers, those outside the organization among them. */
  members: () => Promise<readonly string[]>;
}

export interface Departed {
  /** Of the organization still, but suspended or being closed. */
  closed: ReadonlySet<string>;
  /** Neither of the organization nor a member of Security Hub. */
  outside: ReadonlySet<string>;
}

/**
 * Which of these accounts are no longer there. A wrong answer would close all alerts; so a list that lacks the account that asks
 * is not believed, and who is missing in it must be missing in Security Hub's list of members too.
 */
export async function departed({ own, accounts, members }: Neighbourhood, ids: readonly string[]): Promise<Departed> {
  const others = ids.filter((id) => id !== own);
  if (others.length === 0) return { closed: new Set(), outside: new Set() };
  const active = new Map((await accounts()).map((account) => [account.id, account.active]));
  if (!active.get(own)) {
    const said = active.has(own) ? "says that it is not active" : `does not name it among ${active.size} accounts`;
    throw new Error(`AWS Organizations was asked by account ${own}, and ${said}`);
  }
  const missing = others.filter((id) => !active.has(id));
  const gathered = missing.length > 0 ? await members() : [];
  return {
    closed: new Set(others.filter((id) => active.get(id) === false)),
    outside: new Set(missing.filter((id) => !gathered.includes(id))),
  };
}
