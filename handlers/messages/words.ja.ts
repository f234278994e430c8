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
    findings: "検出結果",
    vulnerability: "脆弱性",
    image: "イメージ",
    category: "カテゴリ",
    service: "サービス",
    typeCode: "イベントタイプ",
    startTime: "開始",
    endTime: "終了",
    recovered: "影響がなくなったリソース",
    firstSeen: "初回検出",
    lastSeen: "最終検出",
    closedAt: "クローズ日時",
    openFor: "継続時間",
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
  grown: (resources, added) =>
    `影響を受けるリソースが${added === undefined ? "" : ` ${added} 件`}増えました(計 ${resources} 件)`,
  updated: "AWS Health の情報が更新されました",
  added: "増えたリソース",
  requested: "Security Hub のカスタムアクションで送信されました",
  outcome: {
    resolved: "解決済み",
    suppressed: "抑制済み",
    archived: "アーカイブ済み",
    passed: "チェックに合格",
    gone: "検出結果が消滅",
    left: "アカウントが対象外",
  },
  closed: (outcome) => `クローズしました${outcome ? `(${outcome})` : ""}`,
  openedAndClosed: (outcome) => `通知する前にクローズしました${outcome ? `(${outcome})` : ""}`,
  duration: ({ days, hours, minutes }) =>
    [...some(days, "日"), ...some(hours, "時間"), ...some(minutes, "分")].join(" ") || "1 分未満",
  openFor: (duration) => `継続時間 ${duration}`,
  previous: "前回の通知",
  healthCategory: {
    issue: "問題",
    scheduledChange: "スケジュールされた変更",
    accountNotification: "アカウント通知",
    investigation: "調査",
  },
  exploitable: "エクスプロイトあり",
  notExploitable: "エクスプロイトなし",
  repeatedMail:
    "※ 前回の送信結果を確認できなかったため、再送しています。同じ内容のメールがすでに届いている場合があります。",
  leftOut: (names) =>
    `※ 次の設定は、該当するものがプロジェクトにないか、複数あるため、反映されていません: ${names.map(({ as, name }) => `${roles[as]}「${name}」`).join("、")}。設定の hakken:backlog か、プロジェクトを見直してください。`,
  links: {
    product: (name) => `${name} で見る`,
    securityHub: "Security Hub で見る",
    healthOrganization: "AWS Health で見る(組織全体)",
    resource: "リソースを見る",
    remediation: "対処方法を見る",
  },
};

const some = (n: number, unit: string) => (n > 0 ? [`${n} ${unit}`] : []);
