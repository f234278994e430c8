import type { Sendable } from "./client";

type Thing = Record<string, unknown>;

/**
 * What a file holds to be sent: an ASFF finding, `{"Findings": [...]}`, an EventBridge event, or a list of any of these.
 * The findings inside an event of Security Hub are imported as findings. Throws an error that says what it holds instead.
 */
export const sendablesIn = (text: string): Sendable[] => {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new Error(`it is not JSON: ${(error as Error).message}`);
  }
  return sendables(content, "it");
};

const sendables = (content: unknown, where: string): Sendable[] => {
  if (Array.isArray(content)) {
    if (!content.length) throw new Error(`${where} is an empty list`);
    return content.flatMap((item, index) => sendables(item, `${where}[${index}]`));
  }
  if (!isThing(content))
    throw new Error(`${where} is ${content === null ? "null" : `a ${typeof content}`}, no finding or event`);
  if (Array.isArray(content.Findings)) return sendables(content.Findings, `${where}.Findings`);
  if (typeof content["detail-type"] === "string") return fromEvent(content, where);
  if ("ProductArn" in content || "SchemaVersion" in content) return [{ finding: content }];
  throw new Error(
    `${where} is neither an ASFF finding (no ProductArn) nor an EventBridge event (no detail-type): its keys are ${Object.keys(content).slice(0, 10).join(", ") || "none"}`,
  );
};

const fromEvent = (event: Thing, where: string): Sendable[] => {
  const findings = isThing(event.detail) ? event.detail.findings : undefined;
  // OCSF findings, and events of other services, have no import: they are put on the bus as they are.
  const isAsff = event.source === "aws.securityhub" && Array.isArray(findings) && findings.some(hasProductArn);
  return isAsff ? sendables(findings, `${where}.detail.findings`) : [{ event }];
};

const hasProductArn = (finding: unknown): boolean => isThing(finding) && "ProductArn" in finding;

const isThing = (value: unknown): value is Thing =>
  typeof value === "object" && value !== null && !Array.isArray(value);
