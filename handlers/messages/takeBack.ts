import type { Language } from "../alert/types";

/** The note on a finding in Security Hub that its issue's closing has set. At most 512 characters. */
export function closedNote(
  issue: { key: string; resolution?: { name: string } },
  spaceUrl: string,
  language: Language,
): string {
  const { key, resolution } = issue;
  const url = `${spaceUrl}/view/${key}`;
  if (language === "ja") {
    return `Backlogの課題 ${key} が${resolution ? `「${resolution.name}」として` : ""}完了になりました。${url}`;
  }
  return `Backlog issue ${key} was closed${resolution ? ` (${resolution.name})` : ""}: ${url}`;
}

/** The comment on an issue that was closed, and is opened again since not all of its findings could be closed with it. */
export function reopenedComment(findings: number, language: Language): string {
  if (language === "ja") {
    return `検出結果のうち ${findings} 件は、この課題が完了になった後に悪化または再発したか、完了の時点ではまだ通知されていなかったため、Security Hubでは未解決のままです。課題を再開しました。内容を確認し、問題がなければもう一度完了にしてください。`;
  }
  return `Opened again: ${findings} of its findings got worse or went on after this issue was closed, or had not been told here by then, so that they stay open in Security Hub. Look at them, then close the issue once more.`;
}

/** The note on a finding that is opened again, since its control still fails although somebody has set it RESOLVED. */
export function stillFailingNote(afterSeconds: number, language: Language): string {
  const days = Math.round(afterSeconds / 86_400);
  return language === "ja"
    ? `RESOLVED になってから ${days} 日経ってもコントロールが FAILED のままのため、NEW に戻しました。このままでよければ SUPPRESSED にしてください。`
    : `Set NEW again: its control still fails ${days} days after it was set RESOLVED. Suppress it if it is to stay so.`;
}
