import { describe, expect, it } from "vitest";
import { anyHealthPattern, healthPattern } from "../../../components/notification/healthPattern";

const any = { source: ["aws.health"], "detail-type": ["AWS Health Event", "AWS Health Abuse Event"] };

describe("healthPattern", () => {
  it("takes every event of AWS Health where nothing is said", () => {
    expect(healthPattern({ include: [], exclude: [] })).toEqual(any);
  });

  it("says one matcher by itself, since EventBridge refuses an $or of one", () => {
    const pattern = healthPattern({ include: [{ category: ["issue"], typeCode: ["AWS_EC2_*"] }], exclude: [] });

    expect(pattern).toEqual({
      ...any,
      detail: { eventTypeCategory: [{ "equals-ignore-case": "issue" }], eventTypeCode: [{ wildcard: "AWS_EC2_*" }] },
    });
  });

  it("says of several that one is enough, and leaves what is excluded to intake", () => {
    const pattern = healthPattern({
      include: [{ service: ["EC2", "R*"] }, { category: ["issue"] }],
      exclude: [{ service: ["RDS"] }],
    });

    expect(pattern).toEqual({
      ...any,
      detail: {
        $or: [
          { service: [{ wildcard: "EC2" }, { wildcard: "R*" }] },
          { eventTypeCategory: [{ "equals-ignore-case": "issue" }] },
        ],
      },
    });
  });

  it("excludes what is said of one field, and leaves what is said of two to intake", () => {
    const pattern = healthPattern({
      include: [],
      exclude: [
        { category: ["accountNotification"] },
        { typeCode: ["AWS_VPN_*"] },
        { typeCode: ["*_REBOOT_*"] },
        { service: ["EC2"], category: ["issue"] },
      ],
    });

    expect(pattern).toEqual({
      ...any,
      detail: {
        eventTypeCategory: [{ "anything-but": { "equals-ignore-case": ["accountNotification"] } }],
        eventTypeCode: [{ "anything-but": { wildcard: ["AWS_VPN_*", "*_REBOOT_*"] } }],
      },
    });
  });

  it("takes every event where the pattern would be longer than EventBridge takes", () => {
    const exclude = Array.from({ length: 60 }, (_, i) => ({ typeCode: [`AWS_SOME_SERVICE_WITH_A_LONG_NAME_${i}_*`] }));

    expect(healthPattern({ include: [], exclude })).toBe(anyHealthPattern);
  });
});
