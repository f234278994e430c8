import { describe, expect, it } from "vitest";
import type { Finding } from "../../../handlers/alert/types";
import { linksOf } from "../../../handlers/messages/links";
import { findingIn } from "../fixtures";

const home = { homeRegion: "ap-northeast-1" };

describe("linksOf", () => {
  it("opens a finding in Security Hub's home region, its id encoded twice", () => {
    const finding = { ...findingIn("control-fsbp"), id: "arn:aws:x/é |" };

    expect(linksOf(finding, home).securityHub).toBe(
      "https://ap-northeast-1.console.aws.amazon.com/securityhub/home?region=ap-northeast-1#/findings?search=Id%3D%255Coperator%255C%253AEQUALS%255C%253Aarn%253Aaws%253Ax%252F%25C3%25A9%2520%257C",
    );
  });

  it("opens the list of findings where the id makes the address too long", () => {
    const finding = { ...findingIn("control-fsbp"), id: "発".repeat(512) };

    expect(linksOf(finding, home).securityHub).toBe(
      "https://ap-northeast-1.console.aws.amazon.com/securityhub/home?region=ap-northeast-1#/findings",
    );
  });

  it.each([
    ["v2-guardduty-high", "threats", "test-finding-005"],
    ["v2-inspector-low", "vulnerabilities", "test-finding-002"],
    ["ocsf-coverage-2003", "postureManagement", undefined],
  ])("opens %s on V2's page %s", (name, page, uid) => {
    const finding = findingIn(name);

    expect(linksOf(finding, home).securityHub).toBe(
      `https://ap-northeast-1.console.aws.amazon.com/securityhub/v2/home?region=ap-northeast-1#/${page}?findingDetailId=${uid ?? finding.id}`,
    );
  });

  it.each([
    ["us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/"],
    ["cn-north-1", "https://cn-north-1.console.amazonaws.cn/"],
  ])("opens the console of the partition of %s", (region, console) => {
    expect(linksOf(findingIn("control-fsbp"), { homeRegion: region }).securityHub).toContain(console);
  });

  it("opens a GuardDuty finding in GuardDuty, in the finding's region", () => {
    expect(linksOf(findingIn("guardduty-ssh-brute-force"), home).product).toBe(
      "https://us-east-1.console.aws.amazon.com/guardduty/home?region=us-east-1#/findings?search=id%3D46ba0ac2845071e23ccdeb2ae03bfdea",
    );
  });

  it.each([
    ["control-fsbp", "https://docs.aws.amazon.com/console/securityhub/CloudTrail.2/remediation"],
    ["trivy-cut-description", "https://avd.aquasec.com/nvd/cve-2019-1549"],
    ["guardduty-ssh-brute-force", undefined],
  ])("opens how to mend %s", (name, url) => {
    expect(linksOf(findingIn(name), home).remediation).toBe(url);
  });

  it.each([
    ["S3.6", "https://docs.aws.amazon.com/console/securityhub/S3.6/remediation"],
    ["CIS.1.22", "https://docs.aws.amazon.com/console/securityhub/standards-cis-1.22/remediation"],
    ["../evil", undefined],
  ])("knows the page of control %s where the finding has none", (control, url) => {
    const finding = { ...findingIn("control-fsbp"), remediationUrl: undefined, control };

    expect(linksOf(finding, home).remediation).toBe(url);
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "none", "https://", "ftp://example.com/"])(
    "leaves out %s",
    (sourceUrl) => {
      expect(linksOf({ ...findingIn("trivy-secret"), sourceUrl }, home).product).toBeUndefined();
    },
  );

  it("encodes what would break out of a link", () => {
    const sourceUrl = "https://example.com/a|b>c d?x=<e>&y=(z)";

    expect(linksOf({ ...findingIn("trivy-secret"), sourceUrl }, home).product).toBe(
      "https://example.com/a%7Cb%3Ec%20d?x=%3Ce%3E&y=%28z%29",
    );
  });

  it.each([
    ["arn:aws:s3:::my-bucket", "s3/buckets/my-bucket?region=eu-west-1"],
    ["arn:aws:ec2:us-east-1:1:instance/i-0abc", "ec2/home?region=us-east-1#InstanceDetails:instanceId=i-0abc"],
    ["arn:aws::ec2:us-east-1:1:instance/i-0abc", "ec2/home?region=us-east-1#InstanceDetails:instanceId=i-0abc"],
    ["arn:aws:ec2:us-east-1:1:security-group/sg-1", "ec2/home?region=us-east-1#SecurityGroup:groupId=sg-1"],
    ["arn:aws:iam::1:role/service/app", "iam/home#/roles/details/app"],
    ["arn:aws:iam::1:user/a@b", "iam/home#/users/details/a%40b"],
    ["arn:aws:lambda:us-east-1:1:function:f:3", "lambda/home?region=us-east-1#/functions/f"],
    ["arn:aws:kms:us-east-1:1:key/12-ab", "kms/home?region=us-east-1#/kms/keys/12-ab"],
    ["arn:aws:rds:us-east-1:1:db:d", "rds/home?region=us-east-1#database:id=d;is-cluster=false"],
    ["arn:aws:dynamodb:us-east-1:1:table/t", "dynamodbv2/home?region=us-east-1#table?name=t"],
    ["i-0abc12345def67890", "ec2/home?region=eu-west-1#InstanceDetails:instanceId=i-0abc12345def67890"],
    ["arn:aws:unknown:us-east-1:1:thing/x", undefined],
    ["AWS::::Account:111122223333", undefined],
    ["deploy.sh", undefined],
  ])("opens %s in its console", (id, path) => {
    const resources = [{ type: "Other", id }];

    const { resource } = linksOf({ ...findingIn("control-fsbp"), region: "eu-west-1", resources }, home);

    expect(resource?.replace(/^https:\/\/[a-z0-9-]+\.console\.aws\.amazon\.com\//, "")).toBe(path);
  });
});

describe("linksOf an event of AWS Health", () => {
  const event = "arn:aws:health:us-east-1::event/EC2/AWS_EC2_X/AWS_EC2_X_1a-2b";
  const page = (view: string, arn = event) =>
    `https://health.console.aws.amazon.com/health/home#/${view}/event-log?eventID=${arn}&eventTab=details`;
  const health = { communicationId: "1a-2b", category: "issue", service: "EC2", typeCode: "AWS_EC2_X" };
  const finding: Finding = {
    ...findingIn("health-medium"),
    ...{ format: "health", product: "aws.health", accountId: "111122223333", resources: [], health },
  };

  it("opens the organizational view and the account's own, not Security Hub, which does not have it", () => {
    expect(linksOf({ ...finding, id: event }, home)).toEqual({
      healthOrganization: page("organization"),
      product: page("account"),
      resource: undefined,
      remediation: undefined,
    });
  });

  it("opens the account's alone where there is no organizational view", () => {
    const links = linksOf({ ...finding, id: event }, { ...home, healthOrganization: false });

    expect(links).toMatchObject({ healthOrganization: undefined, product: page("account") });
  });

  it("finds the event in whatever id the finding was given, or in what it shares with others", () => {
    const within = { ...finding, id: `111122223333/${event}/page-2` };
    const shared = { ...finding, id: "abc", health: { ...health, communicationId: event } };

    expect(linksOf(within, home).product).toBe(page("account"));
    expect(linksOf(shared, home).product).toBe(page("account"));
    expect(linksOf({ ...finding, id: "abc", sourceUrl: undefined }, home).product).toBeUndefined();
  });

  it("opens the view in the audit account, the event in the finding's, through the access portal", () => {
    const accessPortal = { url: "https://d-1.awsapps.com/start", auditAccount: "444455556666" };

    const links = linksOf({ ...finding, id: event }, { ...home, accessPortal });

    expect(asked(links.healthOrganization)).toEqual(["444455556666", null, page("organization")]);
    expect(asked(links.product)).toEqual(["111122223333", null, page("account")]);
  });
});

describe("linksOf an alert of several findings", () => {
  it("opens their control instead of one of them", () => {
    const finding = findingIn("control-fsbp");

    expect(linksOf(finding, home, 2).securityHub).toBe(
      "https://ap-northeast-1.console.aws.amazon.com/securityhub/home?region=ap-northeast-1#/controls/CloudTrail.2",
    );
    expect(linksOf({ ...finding, control: undefined }, home, 2).securityHub).toContain("/findings?search=");
    expect(linksOf({ ...finding, format: "ocsf" }, home, 2).securityHub).toMatch(/#\/postureManagement$/);
  });
});

describe("linksOf through an access portal", () => {
  const portal = {
    url: "https://d-1234567890.awsapps.com/start",
    roleName: "Security+Audit",
    auditAccount: "444455556666",
  };
  const through = { ...home, accessPortal: portal };
  const finding = findingIn("guardduty-ssh-brute-force");

  it("opens Security Hub in the audit account, the product and the resource in the finding's", () => {
    const links = linksOf(finding, through);
    const plain = linksOf(finding, home);

    expect(asked(links.securityHub)).toEqual(["444455556666", "Security+Audit", plain.securityHub]);
    expect(asked(links.product)).toEqual(["111122223333", "Security+Audit", plain.product]);
    expect(asked(links.resource)).toEqual(["111122223333", "Security+Audit", plain.resource]);
  });

  it("writes the address as the portal reads it", () => {
    const resources = [{ type: "AwsS3Bucket", id: "arn:aws:s3:::my-bucket" }];

    expect(linksOf({ ...finding, resources }, through).resource).toBe(
      "https://d-1234567890.awsapps.com/start/#/console?account_id=111122223333&role_name=Security%2BAudit" +
        "&destination=https%3A%2F%2Fus-east-1.console.aws.amazon.com%2Fs3%2Fbuckets%2Fmy-bucket%3Fregion%3Dus-east-1",
    );
  });

  it("lets the person choose where no role is set", () => {
    const { securityHub } = linksOf(finding, { ...home, accessPortal: { ...portal, roleName: undefined } });

    expect(securityHub).not.toContain("role_name");
    expect(asked(securityHub)[0]).toBe("444455556666");
  });

  it.each([
    ["https://eu-west-1.console.aws.amazon.com/inspector/v2/home", true],
    ["https://console.aws.amazon.com/", true],
    ["https://us-gov-west-1.console.amazonaws-us-gov.com/", true],
    ["https://health.aws.amazon.com/health/home", false],
    ["https://eu-west-1.console.aws.amazon.com.evil.example/", false],
    ["https://evilconsole.aws.amazon.com/", false],
    ["https://docs.aws.amazon.com/console/securityhub/S3.6/remediation", false],
    ["https://avd.aquasec.com/nvd/cve-2019-1549", false],
  ])("sends a product's own link there only if it is the console's: %s %s", (sourceUrl, isConsole) => {
    const { product } = linksOf({ ...findingIn("trivy-secret"), sourceUrl, accountId: "111122223333" }, through);

    expect(product?.startsWith(portal.url)).toBe(isConsole);
    if (!isConsole) expect(product).toBe(sourceUrl);
  });

  it("opens the page as it is where the portal's address would be too long, or the account is none", () => {
    const long = { ...finding, id: ":".repeat(150) };
    const strange = { ...finding, accountId: "unknown" };

    expect(linksOf(long, through).securityHub).toBe(linksOf(long, home).securityHub);
    expect(linksOf(long, home).securityHub).toContain("search=");
    expect(linksOf(strange, through).product).toBe(linksOf(strange, home).product);
  });
});

/** Account, role and destination that an address of the portal names. */
function asked(link: string | undefined): (string | null)[] {
  const parameters = new URLSearchParams(new URL(link ?? "").hash.replace(/^#\/console\?/, ""));
  return ["account_id", "role_name", "destination"].map((name) => parameters.get(name));
}
