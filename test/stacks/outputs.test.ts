import { expect, it } from "vitest";
import { outputsOf } from "../../stacks/outputs";
import { recorded, refusal } from "../pulumi/recorded";
import { auditOutputs, outputs, plainSettings } from "./settings";

interface Wanted {
  accountId: string;
  absentRegions: string[];
}

const ask = (answers: ReturnType<typeof outputs>, stacks: { audit?: string } = {}) =>
  recorded(
    () =>
      outputsOf<Wanted>("audit", ["accountId", "absentRegions"], {
        ...plainSettings("management", "111122223333"),
        stacks,
      }),
    { answers },
  );

it("gives what is asked for and nothing else, and makes no resource of it", async () => {
  const { result, resources } = await ask(outputs({ "organization/hakken/audit": auditOutputs }));

  expect(result).toEqual({ accountId: "444455556666", absentRegions: [] });
  expect(resources).toEqual([]);
});

it("says which commands to run first where the stack was never made", async () => {
  await expect(ask(outputs({}))).rejects.toThrow(
    'hakken: there is no stack "organization/hakken/audit" yet: run pulumi stack init audit, then run pulumi up --stack audit first. Is it another one? Then name it in hakken:stacks.audit.',
  );
});

it("says which command to run first where the stack has no such output yet", async () => {
  await expect(ask(outputs({ "organization/hakken/audit": { accountId: "444455556666" } }))).rejects.toThrow(
    'hakken: the stack "organization/hakken/audit" has no output "absentRegions" yet: run pulumi up --stack audit first.',
  );
});

it("names a stack of another project in full, and where the command belongs", async () => {
  await expect(ask(outputs({}), { audit: "acme/security/guard" })).rejects.toThrow(
    "run pulumi stack init acme/security/guard, then run pulumi up --stack acme/security/guard in its own project first",
  );
});

it("passes any other reason on", async () => {
  const answers = {
    "pulumi:pulumi:readStackOutputs": () => {
      throw refusal("error: 403 Forbidden");
    },
  };

  await expect(ask(answers)).rejects.toThrow(
    /the outputs of the stack "organization\/hakken\/audit" can't be read: .*403 Forbidden/,
  );
});

it("refuses a secret, which would stand in clear in this stack's state", async () => {
  const answers = outputs({ "organization/hakken/audit": auditOutputs }, ["accountId"]);

  await expect(ask(answers)).rejects.toThrow(
    'the output "accountId" of the stack "organization/hakken/audit" is a secret',
  );
});
