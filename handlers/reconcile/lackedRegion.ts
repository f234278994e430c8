import type { Report } from "./duty";

/**
 * Whether these words of AWS say that an account has not opted in to the region, rather than that a service is off there. Each service
 * has words of its own, and documents none: what is not recognised counts as a refusal, which is told the louder way.
 */
export const lacksRegion = (words: string): boolean =>
  /\bnot (been )?(enabled|opted[ -]?in(to| to)?) (this |the )?(\S+ )?region\b/i.test(words) ||
  /\bregion (\S+ )?(is|was|has) (not (been )?(enabled|opted)|disabled)\b/i.test(words);

/** Notes an account that AWS refused: by these words where something is to be done; apart where the account only lacks the region. */
export function refused(
  report: Report,
  { id, region, reason }: { id: string; region: string; reason: string },
  service: string,
  words: string,
): void {
  if (!lacksRegion(reason)) report.warnings.push(words);
  else {
    report.lacking ??= [];
    report.lacking.push(
      `account ${id} lacks the region ${region}, and with it ${service}: AWS says "${reason}". Nothing is to be done, unless it should have the region.`,
    );
  }
}
