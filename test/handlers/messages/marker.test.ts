import { expect, it } from "vitest";
import { endsWithMarker, markedAlert, markerOf, updateMarkerOf } from "../../../handlers/messages/marker";

const notice = { alertKey: "0123456789abcdef0123456789abcdef", occurrence: 1, version: 2 };

it("finds the marker as the last line only", () => {
  const marker = markerOf(notice);

  expect(marker).toBe("hakken: 0123456789abcdef0123456789abcdef/1");
  expect(endsWithMarker(`text\n\n${marker}`, marker)).toBe(true);
  expect(endsWithMarker(`text\r\n${marker}\r\n`, marker)).toBe(true);
  expect(endsWithMarker(`text\n${marker}\nmore`, marker)).toBe(false);
  expect(endsWithMarker(`text ${marker}`, marker)).toBe(false);
  expect(endsWithMarker(null, marker)).toBe(false);
});

it("tells occurrences and versions apart whose numbers begin alike", () => {
  const twelfth = markerOf({ ...notice, occurrence: 12 });

  expect(endsWithMarker(`text\n${twelfth}`, markerOf(notice))).toBe(false);
  expect(endsWithMarker(`text\n${updateMarkerOf(notice)}`, markerOf(notice))).toBe(false);
  expect(endsWithMarker(`text\n${updateMarkerOf({ ...notice, version: 21 })}`, updateMarkerOf(notice))).toBe(false);
});

it("names the alert of a text by its last marker line, whatever stands below it", () => {
  const marker = markerOf(notice);

  expect(markedAlert(`text\r\n\r\n  ${marker}\r\n\r\nmore`)).toBe(notice.alertKey);
  expect(markedAlert(`hakken: ${"f".repeat(32)}/1\n${marker}`)).toBe(notice.alertKey);
  expect(markedAlert(`> ${marker}`)).toBeUndefined();
  expect(markedAlert(updateMarkerOf(notice))).toBeUndefined();
  expect(markedAlert(null)).toBeUndefined();
});
