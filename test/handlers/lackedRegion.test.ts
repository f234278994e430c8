import { expect, it } from "vitest";
import { lacksRegion } from "../../handlers/reconcile/lackedRegion";

it.each([
  "The request is rejected because the given account has not enabled this Region.",
  "Account 333333333333 has not enabled Region ap-east-1",
  "ValidationException: The request is rejected because the given account has not enabled the Region.",
  "Region ap-east-1 is not enabled in account 333333333333",
  "The account is not opted in to the ap-east-1 Region",
  "The Region ap-east-1 is disabled for account 333333333333.",
])("takes it that the account lacks the region: %s", (words) => {
  expect(lacksRegion(words)).toBe(true);
});

it.each([
  "The request is rejected because the management account has not enabled GuardDuty in this Region.",
  "Operation failed because your organization master must first enable GuardDuty to be added as a member",
  "The request is rejected because the management account has not enabled Amazon Inspector in this Region.",
  "The request is rejected because the given account ID is already a member of another account.",
  "Internal error",
])("takes it for a refusal: %s", (words) => {
  expect(lacksRegion(words)).toBe(false);
});
