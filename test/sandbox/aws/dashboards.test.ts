import { ListDashboardsCommand, PutDashboardCommand } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Aws, startAws } from "./authorise";

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.stop());

it("lists a dashboard with when it was last changed", async () => {
  const before = Math.floor(Date.now() / 1000) * 1000;
  await aws.cloudwatch.send(new PutDashboardCommand({ DashboardName: "alerts", DashboardBody: '{"widgets":[]}' }));

  const { DashboardEntries = [] } = await aws.cloudwatch.send(new ListDashboardsCommand({}));

  expect(DashboardEntries).toMatchObject([{ DashboardName: "alerts", Size: 14 }]);
  expect(DashboardEntries[0]?.LastModified?.getTime()).toBeGreaterThanOrEqual(before);
});
