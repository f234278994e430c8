import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import pipeline from "./NotificationPipeline.expected.json";

const page = readFileSync(resolve(__dirname, "../../../docs/ops.md"), "utf8");

it("the rights to operate let every function be invoked that a rule may have failed to", () => {
  const permitted = pipeline.filter(({ type }) => type === "aws:lambda/permission:Permission");
  const invoked = permitted.map(({ inputs }) => String((inputs as { function?: string }).function));

  const named = [...page.matchAll(/:function:(alerts-[a-z-]+)-\*"/g)].map(([, name]) => name);

  expect(invoked.length).toBeGreaterThan(7);
  expect([...named].sort()).toEqual([...new Set(invoked)].sort());
});
