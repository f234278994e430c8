import { cut, type Json, objectOf, textOf } from "../alert/fields";
import type { Language } from "../alert/types";
import { redacted } from "../log";

/** The part of a CloudTrail record that is told. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
export interface ApiCall extends Json {
  eventName?: unknown;
  eventSource?: unknown;
  eventTime?: unknown;
}

export interface SilencedSettings {
  language: Language;
  /** hakken's own role for deployments in its account. A call by it is most likely a deployment. Default: none is known. */
  deployRoleArn?: string;
  /** The page that says what to do. */
  runbook: string;
}

const WORDS = {
  ja: {
    title: "検知または通知を止める操作がありました",
    who: "実行者",
    what: "操作",
    when: "日時",
    where: "場所",
    from: "接続元",
    unknown: "不明",
    deployment: "hakken のデプロイ用ロールによる操作です。いまデプロイまたは撤去をしているなら想定どおりです。",
    stranger: "hakken のデプロイ用ロールによる操作ではありません。",
  },
  en: {
    title: "Detection or its telling was switched off by a call",
    who: "Who",
    what: "What",
    when: "When",
    where: "Where",
    from: "From",
    unknown: "unknown",
    deployment:
      "hakken's own role for deployments made it: as expected if you are deploying or tearing down right now.",
    stranger: "It was not made by hakken's own role for deployments.",
  },
};

/** What a person reads of a call that silences. The subject is ASCII, below 100 characters, as SNS wants it. */
export function silencedText(call: ApiCall, account: string, { language, deployRoleArn, runbook }: SilencedSettings) {
  const words = WORDS[language];
  const said = (value: unknown) => textOf(value) ?? words.unknown;
  const name = said(call.eventName);
  const who = whoOf(objectOf(call.userIdentity));
  const lines = [
    `🔴 ${words.title}: ${name}`,
    `${words.who}: ${who ?? words.unknown}`,
    `${words.what}: ${said(call.eventSource)} ${name} ${parametersOf(call)}`.trimEnd(),
    `${words.when}: ${said(call.eventTime)}`,
    `${words.where}: ${account} ${said(call.awsRegion)}`,
    `${words.from}: ${said(call.sourceIPAddress)} ${cut(textOf(call.userAgent) ?? "", 100)}`.trimEnd(),
    // Another account has another role, which is not known here.
    ...(deployRoleArn?.split(":")[4] === account
      ? [isRole(who, deployRoleArn) ? words.deployment : words.stranger]
      : []),
    runbook,
  ];
  return { subject: `[SILENCED] ${name.replace(/[^ -~]/g, "?")}`.slice(0, 99), text: lines.join("\n") };
}

/** A session's ARN names role and session; a service acts without an ARN. */
const whoOf = (identity: Json): string | undefined =>
  textOf(identity.arn) ?? textOf(identity.invokedBy) ?? textOf(identity.principalId);

/** `arn:aws:sts::111122223333:assumed-role/NAME/SESSION` is of the role `arn:aws:iam::111122223333:role/PATH/NAME`. */
function isRole(who: string | undefined, roleArn: string): boolean {
  const account = roleArn.split(":")[4];
  const name = roleArn.split("/").at(-1);
  return who?.startsWith(`arn:aws:sts::${account}:assumed-role/${name}/`) ?? false;
}

const parametersOf = ({ requestParameters }: ApiCall): string =>
  requestParameters ? cut(redacted(JSON.stringify(requestParameters)), 500) : "";
