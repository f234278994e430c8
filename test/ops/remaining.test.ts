import { expect, it } from "vitest";
import type { Change } from "../../ops/events";
import { remaining } from "../../ops/remaining";

const TYPE = "aws:organizations/delegatedAdministrator:DelegatedAdministrator";
const administrator = (component: string, operation: Change["operation"]): Change => ({
  ...{ operation, type: TYPE, name: "admin" },
  urn: `urn:pulumi:management::hakken::hakken:baseline:${component}$${TYPE}::admin`,
});

it("says what enables the organizational view once its administrator is made, and only then", () => {
  const made = [{ changes: [] }, { changes: [administrator("HealthAdmin", "create")] }];
  const others = [
    { changes: [administrator("HealthAdmin", "same"), administrator("HealthAdmin", "delete")] },
    { changes: [administrator("ConfigAdmin", "create")] },
  ];

  expect(remaining(made, "settings")).toEqual([
    expect.stringMatching(/view is enabled: npm run ops -- health enable --cwd settings$/),
  ]);
  expect(remaining(others)).toEqual([]);
});
