import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findingOf, observationsOf } from "../../../handlers/alert/normalise";
import { choiceOf, filesAt, itemsIn, samples } from "../../../sandbox/commands/context";
import { DEFAULT_ESTATE } from "../../../sandbox/estate";
import { projectPlaces } from "../../../sandbox/places";
import { settingsOf } from "../../../sandbox/project";
import type { Run } from "../../../sandbox/run";
import { isToBeTold } from "../../../sandbox/verdict";
import { parseSettings } from "../../../settings";

describe("choiceOf", () => {
  it("takes severities in any order and case, worst last", () => {
    expect(choiceOf({ severities: "critical, MEDIUM,High", language: "en" })).toEqual({
      severities: ["MEDIUM", "HIGH", "CRITICAL"],
      language: "en",
    });
  });

  it("refuses what can't be chosen, and says what can", () => {
    expect(() => choiceOf({ severities: "HIGH,WORST", language: "ja" })).toThrow(
      '--severities: "WORST" is none of INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL',
    );
    expect(() => choiceOf({ severities: "HIGH", language: "fr" })).toThrow('--language: "fr" is neither ja nor en');
  });
});

describe("itemsIn", () => {
  it("reads all files before anything is sent, a folder standing for its JSON, and names each bad one", () => {
    const folder = mkdtempSync(join(tmpdir(), "items-"));
    writeFileSync(join(folder, "b.json"), JSON.stringify({ ProductArn: "p" }));
    writeFileSync(join(folder, "a.json"), "{");
    writeFileSync(join(folder, "c.txt"), "");

    expect(filesAt([folder])).toEqual([join(folder, "a.json"), join(folder, "b.json")]);
    expect(() => itemsIn([...filesAt([folder]), "none.json"])).toThrow(
      /a\.json: it is not JSON.*\n.*none\.json: ENOENT/,
    );
    rmSync(folder, { recursive: true });
  });
});

describe("the samples", () => {
  it("hold findings that are told, and findings that are not, as their names say", () => {
    const told = itemsIn(samples(projectPlaces())).map(({ file, what }) => {
      const finding = "finding" in what ? findingOf(what.finding) : observationsOf(what.event)[0]?.finding;
      return [file.includes("/told-"), finding && isToBeTold(finding, ["HIGH", "CRITICAL"])];
    });

    expect(told.length).toBeGreaterThan(5);
    for (const [named, judged] of told) expect(judged).toBe(named);
  });
});

describe("settingsOf", () => {
  it("gives settings that the program takes", () => {
    const run = { inboxUrl: "http://127.0.0.1:4000", slackToken: "xoxb-1", backlogApiKey: "k" } as Run;
    for (const stack of ["audit", "management", "organization", "partner", "prod"] as const) {
      const { plain, secret } = settingsOf(stack, run, { severities: ["HIGH"], language: "ja" }, DEFAULT_ESTATE);
      const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
      const config = Object.entries({ ...plain, ...secret }).map(([key, value]) => [key, asText(value)]);

      const settings = parseSettings(Object.fromEntries(config), (key) => key in secret);

      expect(settings.regions).toEqual(["ap-northeast-1", "us-east-1", "ap-northeast-3"]);
    }
  });
});
