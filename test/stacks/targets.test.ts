import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect, it, vi } from "vitest";
import { accountsOf, everyone, organizationMap, saySkipped } from "../../stacks/targets";
import { recorded } from "../pulumi/recorded";
import { organizationAnswers } from "./settings";

const mapOf = async (units: Parameters<typeof organizationAnswers>[0]) =>
  (
    await recorded(() => organizationMap("r-abcd", new aws.Provider("account", {})), {
      answers: organizationAnswers(units),
    })
  ).result;

it("aims at the top units and the active accounts below the root, not at the root", async () => {
  const map = await mapOf({
    "r-abcd": { accounts: { "111122223333": "ACTIVE", "222233334444": "SUSPENDED" } },
    "ou-abcd-workloads": { accounts: { "333344445555": "ACTIVE" } },
    "ou-abcd-empty0000": {},
    "ou-abcd-deeper000": { parent: "ou-abcd-workloads", accounts: { "444455556666": "ACTIVE" } },
  });

  expect(everyone(map)).toEqual(["ou-abcd-empty0000", "ou-abcd-workloads", "111122223333"]);
  expect(accountsOf(map).map(({ id }) => id)).toEqual(["111122223333", "222233334444", "333344445555", "444455556666"]);
  expect(map.unitIds).toEqual(["ou-abcd-deeper000", "ou-abcd-empty0000", "ou-abcd-workloads"]);
});

it("leaves out units that hold suspended accounts alone, and says so", async () => {
  const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();
  const map = await mapOf({
    "ou-abcd-suspended": { accounts: { "555566667777": "SUSPENDED", "666677778888": "PENDING_CLOSURE" } },
    "ou-abcd-workloads": { accounts: { "333344445555": "ACTIVE", "777788889999": "SUSPENDED" } },
  });

  saySkipped(map, "Security Hub");

  expect(everyone(map)).toEqual(["ou-abcd-workloads"]);
  expect(info).toHaveBeenCalledExactlyOnceWith(
    "hakken: Security Hub leaves out unit ou-abcd-suspended (ou-abcd-suspended): all accounts there are suspended.",
  );
  info.mockRestore();
});
