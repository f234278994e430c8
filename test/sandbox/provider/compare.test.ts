import { describe, expect, it } from "vitest";
import { changedInputs, comparison, covers } from "../../../sandbox/provider/compare";

const same = comparison(new Set(["redrive"]), new Set(["policy"]));

describe("comparison of inputs", () => {
  it("takes a policy's meaning, not its text", () => {
    const left = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: ["a:B", "a:A"], Resource: ["x"] }] };
    const right = { Statement: { Resource: "x", Effect: "Allow", Action: ["a:A", "a:B"] }, Version: "2012-10-17" };

    expect(same("policy", JSON.stringify(left), JSON.stringify(right, null, 2))).toBe(true);
    expect(same("policy", JSON.stringify(left), JSON.stringify({ ...left, Version: "2008-10-17" }))).toBe(false);
  });

  it("takes other JSON by its structure, in which order counts", () => {
    expect(same("redrive", '{"a":[1,2]}', '{ "a": [1, 2] }')).toBe(true);
    expect(same("redrive", '{"a":[1,2]}', '{"a":[2,1]}')).toBe(false);
    expect(same("description", '{"a":1}', '{ "a": 1 }')).toBe(false);
  });

  it("names what changed, came and went, but nothing of the engine's own", () => {
    const changed = changedInputs(
      same,
      { a: 1, b: [1], gone: 1, __defaults: [] },
      { a: 2, b: [1], come: 1, __defaults: ["x"] },
    );

    expect(changed).toEqual(["a", "gone", "come"]);
  });

  it("takes archives by their content", () => {
    const archive = (hash: string, path: string) => ({
      "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
      hash,
      path,
    });

    expect(same("code", archive("1", "here"), archive("1", "there"))).toBe(true);
    expect(same("code", archive("1", "here"), archive("2", "here"))).toBe(false);
  });
});

describe("what the service says", () => {
  it.each([
    [{ a: 1, added: 2 }, { a: 1 }, true],
    [{ a: 2 }, { a: 1 }, false],
    [["y", "x"], ["x", "y"], true],
    [["x", "y", "z"], ["x", "y"], false],
    [[{ n: "b" }, { n: "a", more: 1 }], [{ n: "a" }, { n: "b" }], true],
    [undefined, { a: 1 }, false],
    [undefined, undefined, true],
  ])("%j covers what was wanted, %j: %s", (actual, wanted, expected) => {
    expect(covers(actual, wanted)).toBe(expected);
  });
});
