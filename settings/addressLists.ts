import { isIPv4 } from "node:net";
import { z } from "zod";
import type { Show } from "./problems";

/** What GuardDuty takes of each list in a region. */
const MOST = { trustedIps: 2_000, threatIps: 250_000 } as const;

type ListName = keyof typeof MOST;

const mustBe =
  "it must be an IPv4 address or range, such as 203.0.113.7 or 203.0.113.0/24, in quotes (GuardDuty takes no IPv6)";

const address = z.string(mustBe).refine((given) => {
  const [ip = "", bits, ...more] = given.split("/");
  const right = bits === undefined || (/^\d{1,2}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= 32);
  return isIPv4(ip) && right && more.length === 0;
}, mustBe);

const list = (name: ListName) => {
  const many = `it must be a list of IPv4 addresses and ranges, ${MOST[name]} at most`;
  return z.array(address, many).max(MOST[name], many).default([]);
};

/** The settings `guardDuty.trustedIps` and `guardDuty.threatIps`. */
export const addressLists = {
  trustedIps: list("trustedIps").meta({
    description:
      "Public addresses whose activity makes no findings, in any account. It silences all that GuardDuty would find of them in VPC flow logs and CloudTrail: for few addresses, such as those of a tester.",
    defaultMeaning: "none",
  }),
  threatIps: list("threatIps").meta({
    description: "Public addresses that GuardDuty reports activity with, in any account, beside those that it knows.",
    defaultMeaning: "none",
  }),
};

export type AddressLists = Record<ListName, readonly string[]>;

/** What is wrong in the lists, and between them. */
export function addressListProblems(lists: AddressLists, show: Show): string[] {
  const names = Object.keys(MOST) as ListName[];
  const says = (name: ListName, given: string, what: string) =>
    `hakken:guardDuty.${name} has ${show("guardDuty", `"${given}"`)} ${what}`;
  const threats = new Set(lists.threatIps.map(plain));
  return [
    ...names.flatMap((name) => {
      const seen = new Set<string>();
      return lists[name].flatMap((given) => {
        const twice = seen.has(plain(given));
        seen.add(plain(given));
        return [
          ...(twice ? [says(name, given, "twice: remove one.")] : []),
          ...(isPrivate(given)
            ? [says(name, given, "which is not public, so that GuardDuty leaves it out: remove it.")]
            : []),
        ];
      });
    }),
    ...lists.trustedIps
      .filter((given) => threats.has(plain(given)))
      .map((given) =>
        says("trustedIps", given, "which stands in threatIps too, and would be trusted: remove it from one of them."),
      ),
  ];
}

/** An address is the same as the range of it alone. */
const plain = (given: string) => given.replace(/\/32$/, "");

/** Ranges that no public address is in: RFC 1918, shared, loopback, link-local. */
const PRIVATE = [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
] as const;

function isPrivate(given: string): boolean {
  const [ip = "", bits = "32"] = given.split("/");
  return PRIVATE.some(([base, length]) => Number(bits) >= length && top(ip, length) === top(base, length));
}

/** The first bits of an address, as a number. */
const top = (ip: string, bits: number) =>
  Math.floor(ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) / 2 ** (32 - bits));
