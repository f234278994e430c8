import type { Notice } from "../alert/types";

/**
 * The line by which a channel finds its own message again after an unknown outcome: the same for all that is said of
 * one occurrence.
 */
export function markerOf(notice: Pick<Notice, "alertKey" | "occurrence">): string {
  return `hakken: ${notice.alertKey}/${notice.occurrence}`;
}

/** The line by which a channel finds one update (a reply, a comment) again: it names the version that was told. */
export function updateMarkerOf(notice: Pick<Notice, "alertKey" | "occurrence" | "version">): string {
  return `${markerOf(notice)}/${notice.version}`;
}

/**
 * Whether the marker is the text's last line. Searching for it anywhere would take .../1 for .../12, and would trust
 * what a finding's own text says.
 */
export function endsWithMarker(text: string | null | undefined, marker: string): boolean {
  const lines = (text ?? "").trimEnd().split(/\r\n|\r|\n/);
  return lines[lines.length - 1]?.trim() === marker;
}

/** The alert that a text's marker line names: its last one, though a person may have written more below it. */
export function markedAlert(text: string | null | undefined): string | undefined {
  const lines = (text ?? "").split(/\r\n|\r|\n/).map((line) => line.trim());
  const marker = lines.findLast((line) => MARKER.test(line));
  return MARKER.exec(marker ?? "")?.[1];
}

const MARKER = /^hakken: ([0-9a-f]{32})\/\d+$/;
