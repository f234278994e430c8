import { describe, expect, it } from "vitest";
import type { Account } from "../../../ops/adopt/account";
import { FINDERS } from "../../../ops/adopt/finders";
import type { Inputs } from "../../../ops/adopt/finding";

interface Config {
  recorder?: { name: string; roleARN?: string; recordingGroup?: object };
  channel?: { name: string; s3BucketName: string };
  recording?: boolean;
}

/** What AWS Config answers, in an account that has at most one of each, as AWS allows. */
const find = (type: string, { recorder, channel, recording }: Config, inputs: Inputs = { name: "default" }) => {
  const config = {
    describeConfigurationRecorders: async () => ({ ConfigurationRecorders: recorder ? [recorder] : [] }),
    describeDeliveryChannels: async () => ({ DeliveryChannels: channel ? [channel] : [] }),
    describeConfigurationRecorderStatus: async () => ({
      ConfigurationRecordersStatus: recorder ? [{ name: recorder.name, recording }] : [],
    }),
    destroy: () => {},
  };
  const account = {
    id: "333333333333",
    client: () => config,
    once: (_question: string, ask: () => unknown) => ask(),
    close: () => {},
  } as unknown as Account;
  const sought = { type, name: "one", urn: "urn", region: "us-east-1", inputs, protect: true };
  return FINDERS[type]?.(sought, { account, homeRegion: "ap-northeast-1", all: [sought] });
};

const RECORDER = "aws:cfg/recorder:Recorder";
const CHANNEL = "aws:cfg/deliveryChannel:DeliveryChannel";
const STATUS = "aws:cfg/recorderStatus:RecorderStatus";
const ours = { recorder: { name: "default" }, channel: { name: "default", s3BucketName: "old" } };
const controlTowers = {
  recorder: { name: "aws-controltower-BaselineConfigRecorder" },
  channel: { name: "aws-controltower-BaselineConfigDeliveryChannel", s3BucketName: "logs" },
};

describe("what AWS Config has", () => {
  it("is nothing in an account that never recorded", async () => {
    for (const type of [RECORDER, CHANNEL, STATUS]) expect(await find(type, {})).toBeUndefined();
  });

  it("is a recorder of our name, its channel, and whether it records", async () => {
    const recordingGroup = { allSupported: false, resourceTypes: ["AWS::EC2::VPC"] };

    const recorder = await find(RECORDER, { recorder: { name: "default", roleARN: "role", recordingGroup } });

    expect(recorder).toMatchObject({ id: "default", now: { roleArn: "role", recordingGroup } });
    expect(await find(CHANNEL, ours)).toMatchObject({ id: "default", now: { s3BucketName: "old" } });
    expect(await find(STATUS, { ...ours, recording: false })).toEqual({
      id: "default",
      now: { name: "default", isEnabled: false },
    });
  });

  it("is left to Control Tower where that records, and said once", async () => {
    expect(await find(RECORDER, controlTowers)).toMatchObject({
      what: expect.stringMatching(
        /recorded by Control Tower in us-east-1.*BaselineConfigRecorder is not to be touched/,
      ),
      fix: expect.stringContaining("hakken:recorder to existing"),
    });
    expect(await find(CHANNEL, controlTowers)).toBeUndefined();
    expect(await find(STATUS, controlTowers)).toBeUndefined();
  });

  it("is in the way under another name, with the commands in the order that AWS wants", async () => {
    const other = { recorder: { name: "mine" }, channel: { name: "to-mine", s3BucketName: "old" } };

    const recorder = await find(RECORDER, other);
    const channel = await find(CHANNEL, { ...ours, channel: other.channel });

    expect(recorder).toMatchObject({
      fix: expect.stringMatching(
        /stop-configuration-recorder --configuration-recorder-name mine --region us-east-1 && .*delete-delivery-channel --delivery-channel-name to-mine .*&& .*delete-configuration-recorder --configuration-recorder-name mine/,
      ),
    });
    expect(channel).toMatchObject({
      what: expect.stringContaining("a channel of another name in us-east-1, to-mine"),
      fix: expect.stringMatching(/stop-configuration-recorder .*default.* && .*delete-delivery-channel .*to-mine/),
    });
  });
});
