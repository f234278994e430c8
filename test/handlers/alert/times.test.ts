import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayAfter, isoTime } from "../../../handlers/alert/times";

describe("isoTime", () => {
  it.each([
    ["2020-08-22T09:15:57Z", "2020-08-22T09:15:57.000Z"],
    ["2021-08-25T12:20:30.000000005Z", "2021-08-25T12:20:30.000Z"],
    ["2022-01-14T22:16:10.249009Z", "2022-01-14T22:16:10.249Z"],
    ["2018-12-02T23:43:03.954804+00:00", "2018-12-02T23:43:03.954Z"],
    ["2026-11-22T09:00:00+09:00", "2026-11-22T00:00:00.000Z"],
    ["2026-11-22T09:00:00+0900", "2026-11-22T00:00:00.000Z"],
    ["2024-05-24 13:17:15.000000000", "2024-05-24T13:17:15.000Z"],
    ["2024-05-24", "2024-05-24T00:00:00.000Z"],
    ["Fri, 24 May 2024 13:17:15 GMT", "2024-05-24T13:17:15.000Z"],
    [1759524561, "2025-10-03T20:49:21.000Z"],
    [1759524561464, "2025-10-03T20:49:21.464Z"],
    [1759524561464000, "2025-10-03T20:49:21.464Z"],
    ["1759524561464", "2025-10-03T20:49:21.464Z"],
    [0, undefined],
    ["", undefined],
    ["yesterday", undefined],
    ["2026-02-31T00:00:00Z", undefined],
    ["2026-13-01", undefined],
    ["2026-11-22T25:00:00Z", undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [null, undefined],
  ])("reads %j as %s", (given, time) => {
    expect(isoTime(given)).toBe(time);
  });

  it("gives a time of 24 characters or nothing, whatever it gets", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double(), fc.date().map(String), fc.anything()), (given) => {
        expect(isoTime(given) ?? "1970-01-01T00:00:00.000Z").toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      }),
      { numRuns: 300 },
    );
  });
});

describe("dayAfter", () => {
  it.each([
    ["2026-11-21T14:59:59.999Z", 0, "Asia/Tokyo", "2026-11-21"],
    ["2026-11-21T15:00:00.000Z", 0, "Asia/Tokyo", "2026-11-22"],
    ["2026-11-21T07:59:59.000Z", 0, "America/Los_Angeles", "2026-11-20"],
    ["2026-12-31T15:00:00.000Z", 60, "Asia/Tokyo", "2027-03-02"],
    ["2028-02-28T00:00:00.000Z", 1, "UTC", "2028-02-29"],
    // The clocks go back that night: a day of 25 hours is one day.
    ["2026-10-31T12:00:00.000Z", 2, "America/New_York", "2026-11-02"],
  ])("of %s, %d days on in %s, is %s", (iso, days, timeZone, day) => {
    expect(dayAfter(iso, days, timeZone)).toBe(day);
  });

  it("throws a RangeError for a time zone that is none", () => {
    expect(() => dayAfter("2026-11-21T00:00:00.000Z", 0, "Mars/Olympus")).toThrow(RangeError);
  });
});
