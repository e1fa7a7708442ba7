import type { DestinationKind } from "./destination-kind.ts";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
export const kinesis: DestinationKind = {
  kind: "kinesis",
  property: "stream",
  noun: "Kinesis stream",
  service: "kinesis",
  resource: "stream/",
  physicalName: /^[\w.-]{1,128}$/,
  maxNameLength: 100,
  settings: new Set(["partitionKey", "ordering", "eventsPerRecord"]),
};
