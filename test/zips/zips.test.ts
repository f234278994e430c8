import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { pipelineArgs } from "./pipeline";
import { pipelineZips, type Zip } from "./zips";

const MEGABYTE = 1_000_000;

describe("the functions' zips", () => {
  let zips: Record<string, Zip>;
  beforeAll(async () => {
    zips = await pipelineZips(pipelineArgs("http://127.0.0.1:1"));
  });

  it("are one for each function of the pipeline", () => {
    expect(Object.keys(zips).sort()).toEqual(
      ["alarm-notice", "backlog", "backlog-poll", "check", "digest", "intake", "mail"].concat(
        ["reopen-failing", "self-check", "settle", "slack", "suppression-end", "sweeper"], //
      ),
    );
  });

  it("hold undici where a handler calls a service itself, and no other package", () => {
    const HTTP = ["alarm-notice", "backlog", "backlog-poll", "digest", "slack"];
    for (const [name, { files }] of Object.entries(zips)) {
      const packages = new Set(
        files.filter((file) => file.startsWith("node_modules/")).map((file) => file.split("/")[1]),
      );
      expect([...packages], name).toEqual(HTTP.includes(name) ? ["undici"] : []);
    }
  });

  it("are below one megabyte each", () => {
    for (const [name, { bytes }] of Object.entries(zips)) expect(bytes, name).toBeLessThan(MEGABYTE);
  });

  it("require nothing but the SDK, Node's own modules and what they hold", () => {
    for (const [name, { folder }] of Object.entries(zips)) {
      const code = readFileSync(join(folder, "__index.js"), "utf8");
      const required = [...code.matchAll(/require\("([^"]+)"\)/g)].map(([, module]) => module ?? "");
      for (const module of required) expect(module, name).toMatch(/^(@aws-sdk\/|undici\/|crypto$)/);
    }
  });

  it("hold what is set for messages and issues", () => {
    const code = (name: string) => readFileSync(join(zips[name]?.folder ?? "", "__index.js"), "utf8");
    for (const name of ["slack", "backlog", "mail"]) {
      expect(code(name), name).toContain('url: "https://d-1234567890.awsapps.com/start", roleName: "SecurityAudit"');
      expect(code(name), name).toContain('auditAccount: "222222222222"');
    }
    for (const value of ['assignee = "sato"', '["AWS"]', '["suzuki"]', "HIGH: 7", 'textFormat = "markdown"']) {
      expect(code("backlog")).toContain(value);
    }
  });

  it("hold no secret", () => {
    for (const [name, { folder }] of Object.entries(zips)) {
      const code = readFileSync(join(folder, "__index.js"), "utf8");
      expect(code, name).not.toMatch(/xoxb-|key-1/);
    }
  });
});
