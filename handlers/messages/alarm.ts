import { cut } from "../alert/fields";
import type { Language } from "../alert/types";

/** The part of a CloudWatch alarm's event that is told. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
export interface AlarmChange {
  alarmName: string;
  state: { value: "ALARM" | "OK" | "INSUFFICIENT_DATA"; reason?: string };
  configuration?: { description?: string };
}

const WORDS = {
  ja: {
    ALARM: "hakken の通知に問題が起きています",
    OK: "hakken の通知は復旧しました",
    INSUFFICIENT_DATA: "hakken のアラームのデータが不足しています",
  },
  en: {
    ALARM: "hakken's notification has a problem",
    OK: "hakken's notification has recovered",
    INSUFFICIENT_DATA: "hakken's alarm lacks data",
  },
};
const MARKS = { ALARM: "🔴", OK: "🟢", INSUFFICIENT_DATA: "⚪" };

/** What a person reads of an alarm of hakken's own. The subject is ASCII, below 100 characters, as SNS wants it. */
export function alarmText({ alarmName, state, configuration }: AlarmChange, language: Language) {
  const lines = [`${MARKS[state.value]} ${WORDS[language][state.value]}: ${alarmName}`];
  if (configuration?.description) lines.push(configuration.description);
  if (state.reason) lines.push(cut(state.reason, 500));
  const ascii = alarmName.replace(/[^ -~]/g, "?");
  return { subject: `[${state.value}] ${ascii}`.slice(0, 99), text: lines.join("\n") };
}
