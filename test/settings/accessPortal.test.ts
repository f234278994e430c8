import { describe, expect, it } from "vitest";
import { accessPortal } from "../../settings/accessPortal";

describe("hakken:accessPortal", () => {
  it.each([
    ["https://d-1234567890.awsapps.com/start", "https://d-1234567890.awsapps.com/start"],
    ["https://example.awsapps.com/start/", "https://example.awsapps.com/start"],
    ["https://ssoins-1234567890abcdef.portal.ap-northeast-1.app.aws", undefined],
  ])("takes %s", (url, kept = url) => {
    expect(accessPortal.parse({ url })).toEqual({ url: kept });
  });

  it.each([
    ["http://example.awsapps.com/start", "plain http"],
    ["https://example.awsapps.com/start/#/?tab=accounts", "what the browser shows after signing in"],
    ["https://user:key@example.awsapps.com/start", "credentials"],
    ["https://example.awsapps.com/start)(", "what would end a link"],
  ])("refuses %s: %s", (url) => {
    expect(() => accessPortal.parse({ url })).toThrow(/it must be the portal's https URL/);
  });

  it("takes a permission set by its name alone", () => {
    const url = "https://example.awsapps.com/start";
    const arn = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";

    expect(accessPortal.parse({ url, roleName: "SecurityAudit" })).toEqual({ url, roleName: "SecurityAudit" });
    expect(() => accessPortal.parse({ url, roleName: arn })).toThrow(/the name of a permission set/);
  });
});
