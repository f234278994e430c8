import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { AddressLists } from "../../../components/detection/AddressLists";
import { recorded } from "../../pulumi/recorded";

const detectors = Object.fromEntries(
  ["ap-northeast-1", "us-east-1"].map((region) => [region, { id: pulumi.output(`d-${region}`) }]),
);
const program = (trusted: string[], threats: string[]) => () =>
  new AddressLists("lists", { region: "ap-northeast-1", detectors, trusted, threats });
const namesOf = (resources: { name: string; type: string }[]) =>
  resources
    .filter(({ type }) => !/:s3\/bucket[A-Z]?\w*:Bucket(?!Objectv2)/.test(type))
    .map(({ name, type }) => `${name} ${type.split(":").pop()}`);

it("keeps each list in a private bucket under a key of its content, and names it to every region's detector", async () => {
  const { resources } = await recorded(program(["203.0.113.7", "198.51.100.0/24"], ["192.0.2.1"]));

  expect(namesOf(resources)).toEqual([
    "lists AddressLists",
    "lists-bucket PrivateBucket",
    "lists-threats BucketObjectv2",
    "lists-threats-ap-northeast-1 ThreatIntelSet",
    "lists-threats-us-east-1 ThreatIntelSet",
    "lists-trusted BucketObjectv2",
    "lists-trusted-ap-northeast-1 IPSet",
    "lists-trusted-us-east-1 IPSet",
  ]);
  const find = (name: string) => resources.find((one) => one.name === name);
  expect(find("lists-trusted")).toMatchObject({
    inputs: {
      bucket: "delivery-1234567",
      key: "trusted-13184996bc2a.txt",
      content: "198.51.100.0/24\n203.0.113.7\n",
      contentType: "text/plain",
      region: "ap-northeast-1",
    },
    after: [
      "lists-bucket",
      "lists-bucket-encryption",
      "lists-bucket-policy",
      "lists-bucket-private",
      "lists-bucket-versioning",
    ],
  });
  expect(find("lists-trusted-us-east-1")).toEqual({
    type: "aws:guardduty/iPSet:IPSet",
    name: "lists-trusted-us-east-1",
    inputs: {
      detectorId: "d-us-east-1",
      format: "TXT",
      activate: true,
      location: "https://s3.amazonaws.com/delivery-1234567/trusted-13184996bc2a.txt",
      region: "us-east-1",
    },
    after: ["lists-trusted"],
  });
});

it("names another key for another content, and the same for another order", async () => {
  const keyOf = async (...addresses: string[]) =>
    (await recorded(program(addresses, []))).resources.find(({ name }) => name === "lists-trusted")?.inputs.key;

  const [first, turned, other] = [
    await keyOf("203.0.113.7", "203.0.113.8"),
    await keyOf("203.0.113.8", "203.0.113.7"),
    await keyOf("203.0.113.9"),
  ];

  expect(turned).toBe(first);
  expect(other).not.toBe(first);
});

it("makes nothing of a list that is empty", async () => {
  const { resources } = await recorded(program([], ["192.0.2.1"]));

  expect(namesOf(resources).filter((name) => /trusted/.test(name))).toEqual([]);
});
