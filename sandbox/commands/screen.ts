import { relative } from "node:path";
import { createColors } from "picocolors";
import type { Channel } from "../../handlers/alert/types";
import type { Hop } from "../hops";
import type { Piece } from "../inboxPieces";
import type { Journey, Sent } from "../journey";

/** Where a command's words go: with --json, standard output is for JSON alone. */
export interface Screen {
  /** What goes on, and what went wrong: standard error. */
  progress: (line: string) => void;
  /** What was asked for, in words; silent with --json. */
  say: (line: string) => void;
  /** What was asked for, as JSON; silent without --json. */
  json: (value: unknown) => void;
  /** One of many, as JSON in one line; silent without --json. */
  jsonLine: (value: unknown) => void;
  /** Text as it is, with --json too. */
  raw: (text: string) => void;
}

export const screen = (asJson: boolean): Screen => ({
  progress: (line) => process.stderr.write(`${line}\n`),
  say: (line) => asJson || process.stdout.write(`${line}\n`),
  json: (value) => asJson && process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`),
  jsonLine: (value) => asJson && process.stdout.write(`${JSON.stringify(value)}\n`),
  raw: (text) => process.stdout.write(text),
});

const colors = createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);

const CHANNELS: readonly Channel[] = ["slack", "backlog", "mail"];

/** What became of each finding, what else arrived, and what went wrong. */
export const sentInWords = ({ journeys, others, problems }: Sent): string[] => [
  ...journeys.flatMap(journeyInWords),
  ...others.map((piece) => `${colors.dim("also")} ${piece.channel} ${piece.kind}: ${firstLine(piece)}`),
  ...problems.map((problem) => `${colors.red("✗")} ${problem}`),
];

const journeyInWords = (journey: Journey): string[] => {
  const { finding, rules, arrived, hops, workflow, state, refused } = journey;
  const about = finding ? `${finding.severity} ${finding.accountId} ${finding.region}` : "";
  const head = `${colors.bold(journey.title)} ${colors.dim(`${about} (${relative(process.env.INIT_CWD ?? process.cwd(), journey.file)})`)}`;
  if (refused) return [head, `  ${colors.red("refused:")} ${refused}`];
  if (state === "ignored") return [head, `  ignored: Security Hub knows a later state of it, workflow ${workflow}`];
  const known = state === "updated" ? "known already, " : "";
  const status = workflow ? `, workflow ${workflow}` : "";
  if (!rules.length) return [head, `  ${known}no rule takes it${status}`];
  return [
    head,
    `  ${known}taken by ${rules.join(", ")}${status}`,
    `  ${CHANNELS.map((channel) => `${channel}: ${countInWords(arrived[channel])}`).join(" · ")}`,
    `  ${colors.dim(hops.map(hopInWords).join(" → "))}`,
  ];
};

const countInWords = (pieces: readonly Piece[]): string => {
  if (!pieces.length) return "nothing";
  const counts = new Map<string, number>();
  for (const { kind } of pieces) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const words = { message: "messages", update: "updates", reply: "replies", comment: "comments" } as const;
  return [...counts]
    .map(([kind, n]) => (n === 1 ? `1 ${kind}` : `${n} ${words[kind as keyof typeof words]}`))
    .join(", ");
};

const hopInWords = ({ name, ms }: Hop): string => `${name} ${(ms / 1000).toFixed(1)} s`;

/** The first line that says something, cut to fit a terminal's line. */
export const firstLine = ({ text }: Pick<Piece, "text">): string => {
  const line = text.split("\n").find((one) => one.trim()) ?? "";
  return [...line].slice(0, 110).join("");
};
