import type { LeftOut, Words } from "./words";

const roles: Record<LeftOut["as"], string> = {
  category: "カテゴリー",
  assignee: "担当者",
  notifiedUser: "お知らせ先",
};

/** Japanese, in the words of Security Hub's Japanese console. */
export const wordsJa: Words = {
  severity: {
    CRITICAL: "CRITICAL(重大)",
    HIGH: "HIGH(高)",
    MEDIUM: "MEDIUM(中)",
    LOW: "LOW(低)",
    INFORMATIONAL: "INFORMATIONAL(情報)",
  },
  labels: {
    severity: "重要度",
    control: "コントロール",
    product: "検出元",
    account: "アカウント",
    region: "リージョン",
    resources: "リソース",
    firstSeen: "初回検出",
    lastSeen: "最終検出",
    description: "内容",
  },
  zone: { name: "JST", hoursAhead: 9 },
  colon: ": ",
  unknown: "不明",
  untitled: "(タイトルなし)",
  count: (n) => `${n} 件`,
  more: (n) => `ほか ${n} 件`,
  recurred: (occurrence) => `再発しました(${occurrence} 回目)`,
  worse: (from, to) => `重要度が ${from} から ${to} に上がりました`,
  grown: (resources) => `影響を受けるリソースが増えました(計 ${resources} 件)`,
  openedAndClosed: "検出されましたが、通知する前にクローズしています(解決・抑制・アーカイブのいずれか)",
  repeatedMail:
    "※ 前回の送信結果を確認できなかったため、再送しています。同じ内容のメールがすでに届いている場合があります。",
  leftOut: (names) =>
    `※ 次の設定は、該当するものがプロジェクトにないか、複数あるため、反映されていません: ${names.map(({ as, name }) => `${roles[as]}「${name}」`).join("、")}。設定の hakken:backlog か、プロジェクトを見直してください。`,
  links: {
    product: (name) => `${name} で見る`,
    securityHub: "Security Hub で見る",
    resource: "リソースを見る",
    remediation: "対処方法を見る",
  },
};
