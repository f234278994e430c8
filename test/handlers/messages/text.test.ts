import { describe, expect, it } from "vitest";
import { cut } from "../../../handlers/alert/fields";
import { plain, timeOf, withControl, withoutFormatting } from "../../../handlers/messages/text";
import { wordsOf } from "../../../handlers/messages/words";

describe("plain", () => {
  it.each([
    ["one\\n\\nPlease note", "one\n\nPlease note"],
    ["one.\\\\n\\\\nTwo", "one.\n\nTwo"],
    ["one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"],
    ["C:\\new\\notes.txt", "C:\\new\\notes.txt"],
    ["see \\\\nas01\\new for it", "see \\\\nas01\\new for it"],
    ["a\u0000b\u0007c\u202ed", "abcd"],
    ["half \ud83d pair", "half \ufffd pair"],
    ["whole 🔴 pair", "whole 🔴 pair"],
    ["\n\n\n\ntoo\n\n\n\nairy\n", "too\n\nairy"],
  ])("turns %j into %j", (given, shown) => {
    expect(plain(given)).toBe(shown);
  });
});

describe("cut", () => {
  it.each([
    ["short", 5, "short"],
    ["longer", 5, "long…"],
    ["abc🔴d", 5, "abc…"],
    ["ab🔴de", 5, "ab🔴…"],
  ])("cuts %j to %d as %j", (given, max, kept) => {
    expect(cut(given, max)).toBe(kept);
  });
});

describe("withControl", () => {
  it.each([
    ["S3.6", "S3.6 Buckets should", "S3.6 Buckets should"],
    ["S3.6", "Buckets should", "S3.6 Buckets should"],
    ["CIS.1.22", "1.22 Ensure that", "CIS.1.22 Ensure that"],
    ["", "1.22 Ensure that", "1.22 Ensure that"],
  ])("puts %j before %j once", (control, title, line) => {
    expect(withControl(control, title)).toBe(line);
  });
});

describe("withoutFormatting", () => {
  it.each([
    ["*bold* _it_ ~no~ `code`", "∗bold∗ ＿it＿ ∼no∼ ˋcodeˋ"],
    ["my_bucket_name", "my_bucket_name"],
    ['"*:*"', '"∗:∗"'],
  ])("shows %j as %j", (given, shown) => {
    expect(withoutFormatting(given)).toBe(shown);
  });
});

describe("timeOf", () => {
  it("shows a time in the zone of the language", () => {
    const time = "2026-11-21T15:30:00.000Z";

    expect(timeOf(time, wordsOf("ja"))).toBe("2026-11-22 00:30:00 JST");
    expect(timeOf(time, wordsOf("en"))).toBe("2026-11-21 15:30:00 UTC");
  });

  it("says that a time is unknown", () => {
    expect(timeOf(undefined, wordsOf("ja"))).toBe("不明");
    expect(timeOf("soon", wordsOf("en"))).toBe("unknown");
  });
});
