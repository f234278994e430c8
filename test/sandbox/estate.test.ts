import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { absentFrom, DEFAULT_ESTATE, estateIn, writeEstate } from "../../sandbox/estate";
import { type Places, placesIn } from "../../sandbox/places";
import { settingsOf } from "../../sandbox/project";
import type { Run } from "../../sandbox/run";
import { DEFAULT_REGIONS } from "../../settings/regions";

let places: Places;
beforeEach(() => {
  places = placesIn(mkdtempSync(join(tmpdir(), "estate-")));
});
afterEach(() => rmSync(places.folder, { recursive: true, force: true }));

const run = { inboxUrl: "http://127.0.0.1:4000", slackToken: "xoxb-1", backlogApiKey: "k" } as Run;
const settings = (stack: "audit" | "prod") =>
  settingsOf(stack, run, { severities: ["HIGH"], language: "ja" }, estateIn(places)).plain;

describe("an estate", () => {
  it("is the default one where nothing else is written", () => {
    expect(estateIn(places)).toEqual(DEFAULT_ESTATE);
  });

  it("has the regions and settings that were written, those of a stack over those of all", () => {
    writeEstate(places, {
      regions: ["ap-northeast-1", "us-east-1"],
      settings: { "hakken:tags": { Owner: "all" }, "hakken:organizationId": null },
      stacks: { prod: { "hakken:tags": { Owner: "prod" } } },
    });

    const [audit, prod] = [settings("audit"), settings("prod")];

    expect(audit["hakken:regions"]).toEqual(["ap-northeast-1", "us-east-1"]);
    expect([audit["hakken:tags"], prod["hakken:tags"]]).toEqual([{ Owner: "all" }, { Owner: "prod" }]);
    expect("hakken:organizationId" in audit).toBe(false);
  });

  it("lacks, for an account that has not opted in, the regions where one must", () => {
    const estate = { ...DEFAULT_ESTATE, regions: [...DEFAULT_REGIONS, "ap-east-1"] };

    expect([absentFrom("dev", estate), absentFrom("audit", estate)]).toEqual([["ap-east-1"], []]);
  });

  it("is refused, with all that is wrong in the file, where it describes none", () => {
    writeFileSync(places.estate, '{"regions": ["us-east-1", "mars-1"], "setings": {}, "settings": {"tags": {}}}');

    const reading = () => estateIn(places);

    expect(reading).toThrow(/regions\.1 must be a region of AWS/);
    expect(reading).toThrow(/setings/);
    expect(reading).toThrow(/settings must have keys like hakken:tags/);
  });

  it("is refused where it is without the home region, or no JSON", () => {
    writeFileSync(places.estate, '{"regions": ["us-east-1"]}');
    expect(() => estateIn(places)).toThrow(/must hold the home region, ap-northeast-1/);

    writeFileSync(places.estate, "regions: all");
    expect(() => estateIn(places)).toThrow(/estate\.json is not JSON/);
  });
});
