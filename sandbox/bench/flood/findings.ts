import { createHash } from "node:crypto";
import { ACCOUNTS } from "../../organization";
import { CONTROLS, type Control } from "./controls";
import { grouped } from "./grouped";

/** A finding in ASFF, as far as a flood needs to know it. */
export type Asff = Record<string, unknown> & { Id: string; ProductArn: string; AwsAccountId: string };

/** How large a flood is, and where. */
export interface FloodSize {
  findings: number;
  controls: number;
  accounts: number;
  regions: readonly string[];
  /** When the last check ran, milliseconds since 1970. */
  now: number;
}

/** One finding handed to Security Hub, in the order in which it is. */
export interface Delivery {
  finding: Asff;
  /** again: as it came before. newer: a later check, which found nothing else. */
  kind: "first" | "again" | "newer";
}

export interface Flood {
  /** Each once, all of them to be told. */
  findings: Asff[];
  deliveries: Delivery[];
  accounts: string[];
}

const STANDARDS = ["aws-foundational-security-best-practices/v/1.0.0", "nist-800-53/v/5.0.0"] as const;
/** One issue in so many is reported by a second standard too, as it is where control findings are not consolidated. */
const SECOND_STANDARD = 4;
/** One finding in so many is delivered twice, and another one in so many checked anew. */
const REPEATED = 20;

/**
 * A burst as switching a standard on makes it: control by control, account by account, region by region in no order, the
 * resources of a check together; the first account with as much as its share among all, as 1, 1/2, 1/3 ... The same size gives
 * the same flood. Throws where there are not so many controls.
 */
export const floodOf = (size: FloodSize): Flood => {
  if (size.controls > CONTROLS.length) throw new Error(`There are ${CONTROLS.length} controls, not ${size.controls}`);
  const accounts = accountsOf(size.accounts);
  const findings = sharesOf(size.findings, accounts.length).flatMap((count, i) =>
    findingsOf(accounts[i] as string, count, size),
  );
  const checks = grouped(findings, ({ AwsAccountId, Region, GeneratorId }) =>
    [AwsAccountId, Region, GeneratorId].join(" "),
  );
  const inOrder = shuffled([...checks.values()]).flat();
  const at = new Date(size.now).toISOString();
  return {
    findings,
    accounts,
    deliveries: [
      ...inOrder.flatMap((finding, i): Delivery[] => [
        { finding, kind: "first" },
        ...(i % REPEATED === 0 ? [{ finding, kind: "again" } as const] : []),
      ]),
      ...inOrder
        .filter((_, i) => i % REPEATED === REPEATED / 2)
        .map((finding) => ({ finding: { ...finding, LastObservedAt: at, UpdatedAt: at }, kind: "newer" }) as const),
    ],
  };
};

/** Two that the sandbox has, and such as join. */
const accountsOf = (count: number): string[] =>
  [ACCOUNTS.prod, ACCOUNTS.dev, ...Array.from({ length: count }, (_, i) => String(700_000_000_001 + i))].slice(
    0,
    count,
  );

/** As 1, 1/2, 1/3 ...; what rounding leaves goes to the first. */
const sharesOf = (total: number, parts: number): number[] => {
  const weights = Array.from({ length: parts }, (_, i) => 1 / (i + 1));
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = weights.map((weight) => Math.floor((total * weight) / sum));
  const left = total - shares.reduce((a, b) => a + b, 0);
  return shares.map((share, i) => share + (i === 0 ? left : 0));
};

const findingsOf = (account: string, count: number, { controls, regions, now }: FloodSize): Asff[] => {
  const found: Asff[] = [];
  for (let issue = 0; found.length < count; issue++) {
    const control = CONTROLS[issue % controls] as Control;
    const number = Math.floor(issue / controls);
    const region = regions[number % regions.length] as string;
    const twins = issue % SECOND_STANDARD === SECOND_STANDARD - 1 ? STANDARDS : STANDARDS.slice(0, 1);
    found.push(...twins.map((standard) => asff({ control, standard, account, region, number, now })));
  }
  return found.slice(0, count);
};

interface Issue {
  control: Control;
  standard: string;
  account: string;
  region: string;
  number: number;
  now: number;
}

/** As Security Hub's own controls report it: the shape of test/fixtures/events/imported-fsbp-high.json. */
const asff = ({ control, standard, account, region, number, now }: Issue): Asff => {
  const resource = `arn:aws:${control.resource(region, account)}${account.slice(-4)}${String(number).padStart(8, "0")}`;
  const name = `${standard}/${control.id}`;
  const id = `arn:aws:securityhub:${region}:${account}:subscription/${name}/finding/${uuidOf(name, resource)}`;
  const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  return {
    SchemaVersion: "2018-10-08",
    Id: id,
    ProductArn: `arn:aws:securityhub:${region}::product/aws/securityhub`,
    ProductName: "Security Hub",
    CompanyName: "AWS",
    Region: region,
    GeneratorId: name,
    AwsAccountId: account,
    Types: ["Software and Configuration Checks/Industry and Regulatory Standards"],
    FirstObservedAt: minutesAgo(30),
    LastObservedAt: minutesAgo(10),
    CreatedAt: minutesAgo(30),
    UpdatedAt: minutesAgo(20),
    Severity: {
      Label: control.severity,
      Normalized: control.severity === "CRITICAL" ? 90 : 70,
      Original: control.severity,
    },
    Title: control.title,
    Description: `This control checks whether the following holds: ${control.title}. It fails where a resource is found that does not comply, and is evaluated again at each change of it.`,
    Remediation: {
      Recommendation: {
        Text: "For information on how to correct this issue, consult the AWS Security Hub controls documentation.",
        Url: `https://docs.aws.amazon.com/console/securityhub/${control.id}/remediation`,
      },
    },
    ProductFields: {
      StandardsArn: `arn:aws:securityhub:::standards/${standard}`,
      ControlId: control.id,
      StandardsControlArn: `arn:aws:securityhub:${region}:${account}:control/${name}`,
      "Resources:0/Id": resource,
      "aws/securityhub/ProductName": "Security Hub",
      "aws/securityhub/CompanyName": "AWS",
    },
    Resources: [{ Type: control.type, Id: resource, Partition: "aws", Region: region }],
    Compliance: {
      Status: "FAILED",
      SecurityControlId: control.id,
      AssociatedStandards: [{ StandardsId: `standards/${standard}` }],
    },
    Workflow: { Status: "NEW" },
    RecordState: "ACTIVE",
  };
};

const uuidOf = (...parts: string[]): string => {
  const digits = createHash("sha256").update(parts.join("\n")).digest("hex");
  return [8, 12, 16, 20, 32].map((end, i) => digits.slice([0, 8, 12, 16, 20][i], end)).join("-");
};

/** In an order of chance that is the same each time: Fisher and Yates, with a generator of one multiplication. */
const shuffled = <T>(all: readonly T[]): T[] => {
  const order = [...all];
  let seed = 20_261_122;
  for (let i = order.length - 1; i > 0; i--) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((seed / 2 ** 32) * (i + 1));
    [order[i], order[other]] = [order[other] as T, order[i] as T];
  }
  return order;
};
