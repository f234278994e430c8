import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSettings } from "../../settings";
import { management, problemsOf, secrets } from "./configs";

const right = {
  name: "dev-buckets",
  control: "S3.8",
  reason: "risk_accepted",
  owner: "platform team",
  note: "SEC-123",
  expires: "2027-03-31",
};
const config = (...suppressions: object[]) => ({
  ...management,
  "hakken:regions": '["ap-northeast-1","us-east-1"]',
  "hakken:suppressions": JSON.stringify(suppressions),
});
const parsed = (...suppressions: object[]) => parseSettings(config(...suppressions), secrets).suppressions;

describe("suppressions", () => {
  it("are none by default", () => {
    expect(parseSettings(management, secrets).suppressions).toEqual([]);
  });

  it("take a value or a list of them", () => {
    const one = parsed({
      ...right,
      account: "777788889999",
      region: "us-east-1",
      severity: "LOW",
      title: "Open port*",
    });
    const several = parsed({ ...right, control: ["S3.8", "S3.2"], resourceId: ["arn:aws:s3:::a", "arn:aws:s3:::b-*"] });

    expect(one).toEqual([
      {
        ...right,
        control: ["S3.8"],
        account: ["777788889999"],
        region: ["us-east-1"],
        severity: ["LOW"],
        title: ["Open port*"],
        expires: "2027-03-31T14:59:59.999Z",
      },
    ]);
    expect(several[0]).toMatchObject({
      control: ["S3.8", "S3.2"],
      resourceId: ["arn:aws:s3:::a", "arn:aws:s3:::b-*"],
    });
  });

  it.each([
    ["a date", "2027-03-31", "2027-03-31T14:59:59.999Z"],
    ["a date without quotes in Pulumi.yaml", "2027-03-31T00:00:00Z", "2027-03-31T14:59:59.999Z"],
    ["a date without quotes in a stack file", "2027-03-31 00:00:00 +0000 UTC", "2027-03-31T14:59:59.999Z"],
    ["a time", "2027-03-31T18:00:00+09:00", "2027-03-31T09:00:00.000Z"],
    ["a time to the minute", "2027-03-31T18:00Z", "2027-03-31T18:00:00.000Z"],
    ["a time without quotes in a stack file", "2027-03-31 18:00:00 +0900 +0900", "2027-03-31T09:00:00.000Z"],
    ["midnight in Japan", "2027-03-31T00:00:00+09:00", "2027-03-30T15:00:00.000Z"],
    ["a leap day", "2028-02-29", "2028-02-29T14:59:59.999Z"],
  ])("end with %s", (_case, expires, moment) => {
    expect(parsed({ ...right, expires })).toMatchObject([{ expires: moment }]);
  });

  it("end, whatever the day, with its last moment in Japan", () => {
    const day = fc.date({ min: new Date("2000-01-01"), max: new Date("2999-12-31"), noInvalidDate: true });

    fc.assert(
      fc.property(day, (date) => {
        const expires = date.toISOString().slice(0, 10);
        const [one] = parsed({ ...right, expires });
        const inJapan = new Date(Date.parse(one?.expires ?? "") + 9 * 60 * 60 * 1000).toISOString();
        return inJapan === `${expires}T23:59:59.999Z`;
      }),
    );
  });

  it.each([
    "2027-02-29",
    "2027-13-01",
    "2027-3-1",
    "31.3.2027",
    "2027-03-31T18:00:00",
    "2027-03-31T25:00:00Z",
    "tomorrow",
    "",
  ])("refuse %j as their end", (expires) => {
    expect(problemsOf(config({ ...right, expires }))).toEqual([
      `hakken:suppressions[0].expires: ${JSON.stringify(expires)} is wrong: it must be a date such as 2027-03-31, or a time with its zone such as 2027-03-31T18:00:00+09:00.`,
    ]);
  });

  it("need an end, unless the reason is one that lasts", () => {
    const { expires: _, ...endless } = right;

    const problems = ["risk_accepted", "pending_fix", "other"].map((reason) =>
      problemsOf(config({ ...endless, reason })),
    );
    const lasting = ["false_positive", "no_fix", "duplicate"].map((reason) =>
      problemsOf(config({ ...endless, reason })),
    );

    expect(problems).toEqual(
      ["risk_accepted", "pending_fix", "other"].map((reason) => [
        `hakken:suppressions[0].expires is missing: it must be a date such as 2027-03-31, or a time with its zone such as 2027-03-31T18:00:00+09:00, since the reason is ${reason} (without it: false_positive, no_fix, duplicate).`,
      ]),
    );
    expect(lasting).toEqual([[], [], []]);
  });

  it.each<[string, object, string]>([
    [
      "a name",
      { name: "Dev Buckets" },
      'name: "Dev Buckets" is wrong: it must be 2 to 48 lower-case letters, digits and hyphens, such as dev-public-buckets',
    ],
    ["a control", { control: "s3_8" }, 'control: "s3_8" is wrong: it must be the id of a control, such as S3.8'],
    [
      "a control among others",
      { control: ["S3.8", "S3"] },
      'control[1]: "S3" is wrong: it must be the id of a control, such as S3.8',
    ],
    [
      "no control",
      { control: [] },
      "control: [] is wrong: it must be the id of a control, such as S3.8, or a list of 1 to 20",
    ],
    [
      "an account without quotes",
      { account: 123 },
      "account: 123 is wrong: it must be the 12 digits of an account id, in quotes, or a list of 1 to 100",
    ],
    [
      "a star in the middle",
      { resourceId: "arn:aws:s3:::*-dev" },
      'resourceId: "arn:aws:s3:::*-dev" is wrong: it must be the id of a resource, mostly its ARN (a * at its end, and nowhere else, stands for anything that may follow)',
    ],
    [
      "a star alone",
      { title: "*" },
      'title: "*" is wrong: it must be the title of a finding (a * at its end, and nowhere else, stands for anything that may follow)',
    ],
    [
      "a tag",
      { resourceTag: "env=dev" },
      'resourceTag: "env=dev" is wrong: it must be an object with the keys key and value',
    ],
    [
      "a tag's number",
      { resourceTag: { key: "id", value: 1 } },
      "resourceTag.value: 1 is wrong: it must be the value of a tag, in quotes where it is a number",
    ],
    [
      "a severity",
      { severity: "URGENT" },
      'severity: "URGENT" is wrong: it must be one of INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL, or a list of 1 to 5',
    ],
    [
      "a reason",
      { reason: "because" },
      'reason: "because" is wrong: it must be one of risk_accepted, false_positive, pending_fix, no_fix, duplicate, other',
    ],
    ["no owner", { owner: undefined }, "owner is missing: it must be up to 80 letters: who answers for it"],
    [
      "a long note",
      { note: "x".repeat(257) },
      `note: "${"x".repeat(257)}" is wrong: it must be up to 256 letters: what was decided, or where that is written`,
    ],
    [
      "a mistyped key",
      { resourceID: "a" },
      "resourceID is not a setting: did you mean hakken:suppressions.resourceId?",
    ],
  ])("refuse %s that is wrong", (_case, change, problem) => {
    expect(problemsOf(config({ ...right, ...change }))).toEqual([
      `hakken:suppressions[0].${problem}${problem.endsWith("?") ? "" : "."}`,
    ]);
  });

  it.each([{}, { region: "us-east-1" }, { severity: "LOW", region: "us-east-1" }])(
    "refuse to suppress all there is, by %j alone",
    (matchers) => {
      const { control: _, ...nothing } = right;

      const [problem] = problemsOf(config({ ...nothing, ...matchers }));

      expect(problem).toMatch(
        /it must have one of control, product, account, resourceId, resourceTag, title at least\.$/,
      );
    },
  );

  it("refuse a name twice, and a region that is not watched", () => {
    const problems = problemsOf(config(right, { ...right, region: ["us-east-1", "us-west-2"] }));

    expect(problems).toEqual([
      'hakken:suppressions[1].name: "dev-buckets" is wrong: it must be a name that no other one has.',
    ]);
    expect(problemsOf(config({ ...right, region: ["us-east-1", "us-west-2"] }))).toEqual([
      'hakken:suppressions[0].region: "us-west-2" is not among hakken:regions, so nothing is found there: remove it here, or add it there.',
    ]);
  });

  it("refuse more than AWS takes in a region, counting those of all regions too", () => {
    const many = (count: number, change: object = {}) =>
      Array.from({ length: count }, (_, index) => ({
        ...right,
        ...change,
        name: `rule-${Object.keys(change)}${index}`,
      }));

    expect(problemsOf(config(...many(100)))).toEqual([]);
    expect(problemsOf(config(...many(60), ...many(40, { region: "us-east-1" })))).toEqual([]);
    expect(problemsOf(config(...many(99), ...many(2, { region: "us-east-1" })))).toEqual([
      "hakken:suppressions makes more than the 100 rules that AWS takes in a region: 101 in us-east-1. Put several accounts, controls or resources into a list of one suppression, limit some to a region, or remove those that have expired.",
    ]);
  });
});
