import { expect, it, vi } from "vitest";
import { type HealthView, settle } from "../../../ops/operate/healthView";

const view = (...statuses: string[]) => {
  const left = [...statuses];
  return {
    status: vi.fn(async () => (left.length > 1 ? (left.shift() ?? "") : (left[0] ?? ""))),
    enable: vi.fn<HealthView["enable"]>(async () => ({})),
    disable: vi.fn<HealthView["disable"]>(async () => ({})),
    administrators: async () => [],
  };
};
const stop = new AbortController().signal;
const concurrent = () => Object.assign(new Error("in progress"), { name: "ConcurrentModificationException" });
/** Time for some looks. */
const quick = { stop, pauses: [5], patience: 200 };

it("asks once, not while AWS is at another change, and once more where AWS did not take it", async () => {
  const disabling = view("PENDING", "DISABLED", "DISABLED", "PENDING", "ENABLED");
  disabling.enable.mockRejectedValueOnce(concurrent());

  const changed = await settle(disabling, "ENABLED", quick);

  expect(changed).toBe(true);
  expect([disabling.enable.mock.calls.length, disabling.status.mock.calls.length]).toEqual([2, 5]);
});

it("asks nothing of a view that is so already", async () => {
  const enabled = view("ENABLED");

  expect(await settle(enabled, "ENABLED", quick)).toBe(false);
  expect(enabled.enable).not.toHaveBeenCalled();
});

it("gives up in time, with AWS's last word, and asks for nothing else meanwhile", async () => {
  const stuck = view("ENABLED", "PENDING");

  const attempt = settle(stuck, "DISABLED", quick);

  await expect(attempt).rejects.toThrow(/view is not DISABLED after .* but PENDING: AWS goes on by itself/);
  expect(stuck.disable).toHaveBeenCalledTimes(1);
});

it("passes on what AWS refuses", async () => {
  const refused = view("DISABLED");
  refused.enable.mockRejectedValue(new Error("SubscriptionRequiredException"));

  await expect(settle(refused, "ENABLED", quick)).rejects.toThrow("SubscriptionRequiredException");
});
