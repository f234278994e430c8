import { expect, it } from "vitest";
import { inOrder, inReverse, neededBy, STACKS } from "../../stacks/order";

it("deploys each stack after all that it needs, member accounts of any name last", () => {
  const order = inOrder(["staging", "prod", "organization", "audit", "management"]);

  expect(order).toEqual(["audit", "management", "organization", "prod", "staging"]);
  for (const [at, stack] of order.entries()) {
    expect(order.slice(0, at)).toEqual(expect.arrayContaining([...neededBy(stack)]));
  }
});

it("destroys in the reverse order", () => {
  expect(inReverse(STACKS)).toEqual(["prod", "organization", "management", "audit"]);
});
