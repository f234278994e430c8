import { expect, it } from "vitest";
import { advice } from "../../ops/advice";

const PROTECTED = 'resource "urn" cannot be deleted\nbecause it is protected. To unprotect the resource, ...';

it("lifts protection before a change that takes away what the program made", () => {
  const next = advice([{ reason: PROTECTED }], { command: "up", stack: "audit" });

  expect(next).toMatch(
    /put settings and program back as they were, pulumi config set hakken:protect false --stack audit, then npm run ops -- up --stack audit, then change them again: npm run ops -- up --stack audit$/,
  );
});

it("says what is lost with a detector or a hub that would be made anew, and to put it back", () => {
  const refused = (type: string) =>
    `unable to replace resource "urn:pulumi:audit::hakken::hakken:detection:Detectors$${type}::x"\nas it is currently marked for protection. To unprotect ...`;

  const detector = advice([{ reason: refused("aws:guardduty/detector:Detector") }], { command: "up", stack: "audit" });
  const hub = advice(
    [{ reason: refused("aws:securityhub/account:Account").replace("hakken:detection:Detectors$", "") }],
    {
      command: "up",
      stack: "audit",
    },
  );
  const other = advice([{ reason: refused("aws:sqs/queue:Queue") }], { command: "up", stack: "audit" });

  expect(detector).toMatch(
    /^The change would make it anew, and GuardDuty's findings there, .*every account's membership/,
  );
  expect(detector).toMatch(
    /Put settings and program back as they were.*pulumi config set hakken:protect false --stack audit, then npm run ops -- up --stack audit, then change them again: npm run ops -- up --stack audit$/,
  );
  expect(hub).toMatch(/^The change would make it anew, and Security Hub's findings there/);
  expect(other).toMatch(/^The change would make it anew, and what it holds or does would be lost/);
});

it("lifts protection, then destroys", () => {
  const next = advice([{ reason: PROTECTED }], { command: "destroy", stack: "audit" });

  expect(next).toMatch(
    /meant: pulumi config set hakken:protect false --stack audit, then npm run ops -- up --stack audit, then: npm run ops -- destroy --stack audit$/,
  );
});

it("repeats what the person ordered, not the preview before it, and still makes what does not exist", () => {
  const repeat = { command: "destroy", stacks: ["audit"] };
  const create = { command: "up", stacks: [], create: true };

  const protectedOne = advice([{ reason: PROTECTED }], { command: "preview destroy", stack: "audit", repeat });
  const failed = advice([{ reason: "no" }], { command: "preview", stack: "audit", repeat: create });
  const needing = advice([{ reason: "run pulumi up --stack audit first." }], {
    command: "up",
    stack: "prod",
    repeat: create,
  });

  expect(protectedOne).toMatch(/^It is protected.*then: npm run ops -- destroy --stack audit$/);
  expect(failed).toBe("When that is put right: npm run ops -- up --create");
  expect(needing).toBe("npm run ops -- up --stack audit --create, then: npm run ops -- up --create");
});

it("does not take one secret for all that is wrong with the settings", () => {
  const reason = `the settings of this stack are wrong:
  hakken:severities[0]: "HIHG" is wrong: it must be one of HIGH, CRITICAL.
  hakken:slackToken is missing: run pulumi config set --secret hakken:slackToken.`;

  expect(advice([{ reason }], { command: "up", stack: "audit" })).toBe(
    "When that is put right: npm run ops -- up --stack audit",
  );
});

it("tells a stack that could not be made from one whose passphrase is missing", () => {
  const passphrase = "passphrase must be set with PULUMI_CONFIG_PASSPHRASE";
  const reason = `could not create secrets manager for new stack: ${passphrase}`;

  const made = advice([{ reason }], { command: "up", stack: "audit" });
  const there = advice([{ reason: passphrase }], { command: "up", stack: "audit" });

  expect(made).toMatch(/secretsprovider: awskms:.* in Pulumi\.audit\.yaml.*--stack audit --create$/);
  expect(there).toMatch(/passphrase of this stack's secrets, then: npm run ops -- up --stack audit$/);
});

it("names each secret that is missing as the command wants it, without the words around it", () => {
  const reason =
    "hakken:slackToken is missing: run pulumi config set --stack audit --secret hakken:slackToken, or name an existing secret.\n  hakken:backlogApiKey is missing: run pulumi config set --secret hakken:backlogApiKey.";

  const next = advice([{ reason }], { command: "up", stack: "audit" });

  expect(next).toBe(
    "pulumi config set --secret hakken:slackToken --stack audit, pulumi config set --secret hakken:backlogApiKey --stack audit, then: npm run ops -- up --stack audit",
  );
});
