import { HEALTH_DETAIL_TYPES } from "../../handlers/alert/health";
import type { HealthChoice, HealthMatcher } from "../../handlers/alert/healthChoice";

/** EventBridge's limit of a pattern, in characters. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const LARGEST = 2048;

/** All events of AWS Health. */
export const anyHealthPattern = { source: ["aws.health"], "detail-type": HEALTH_DETAIL_TYPES };

/**
 * The events of AWS Health that may be told: never fewer than intake then chooses. A pattern can't say two things of one field, so
 * that what is included, where it is given, is all that it says; nor that two fields hold together and yet not; and one that grows
 * too long says nothing.
 */
export function healthPattern({ include, exclude }: Pick<HealthChoice, "include" | "exclude">): object {
  const detail = include.length > 0 ? anyOf(include.map(included)) : excluded(exclude);
  const pattern = Object.keys(detail).length > 0 ? { ...anyHealthPattern, detail } : anyHealthPattern;
  return JSON.stringify(pattern).length > LARGEST ? anyHealthPattern : pattern;
}

/** EventBridge refuses an $or of one. */
const anyOf = (matchers: object[]): object => (matchers.length > 1 ? { $or: matchers } : { ...matchers[0] });

const included = ({ category, service, typeCode }: HealthMatcher): object => ({
  // AWS Health has written categories in other case.
  ...(category && { eventTypeCategory: category.map((one) => ({ "equals-ignore-case": one })) }),
  ...(service && { service: service.map((wildcard) => ({ wildcard })) }),
  ...(typeCode && { eventTypeCode: typeCode.map((wildcard) => ({ wildcard })) }),
});

function excluded(matchers: readonly HealthMatcher[]): object {
  const alone = (field: keyof HealthMatcher): string[] =>
    matchers
      .filter((matcher) => Object.values(matcher).filter(Boolean).length === 1)
      .flatMap((one) => one[field] ?? []);
  const categories = alone("category");
  const services = alone("service");
  const codes = alone("typeCode");
  return {
    ...(categories.length > 0 && { eventTypeCategory: [{ "anything-but": { "equals-ignore-case": categories } }] }),
    ...(services.length > 0 && { service: [{ "anything-but": { wildcard: services } }] }),
    ...(codes.length > 0 && { eventTypeCode: [{ "anything-but": { wildcard: codes } }] }),
  };
}
