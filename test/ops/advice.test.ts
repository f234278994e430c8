import { expect, it } from "vitest";
import { advice } from "../../ops/advice";

const PROTECTED = 'resource "urn" cannot be deleted\nbecause it is protected. To unprotect the resource, ...';

it("lifts protection before a change that takes away what the program made", () => {
  const next = advice([{ reason: PROTECTED }], { command: "up", stack: "audit" });

  expect(next).toMatch(
    /put settings and program back as they were, pulumi config set hakken:protect false --stack audit, then npm run ops -- up --stack audit, then change them again: npm run ops -- up --stack audit$/,
  );
});

it("lifts protection, then destroys", () => {
  const next = advice([{ reason: PROTECTED }], { command: "destroy", stack: "audit" });

  expect(next).toMatch(
    /meant: pulumi config set hakken:protect false --stack audit, then npm run ops -- up --stack audit, then: npm run ops -- destroy --stack audit$/,
  );
});

it("names each secret that is missing as the command wants it, without the words around it", () => {
  const reason =
    "hakken:slackToken is missing: run pulumi config set --secret hakken:slackToken, or name an existing secret.\n  hakken:backlogApiKey is missing: run pulumi config set --secret hakken:backlogApiKey.";

  const next = advice([{ reason }], { command: "up", stack: "audit" });

  expect(next).toBe(
    "pulumi config set --secret hakken:slackToken --stack audit, pulumi config set --secret hakken:backlogApiKey --stack audit, then: npm run ops -- up --stack audit",
  );
});
