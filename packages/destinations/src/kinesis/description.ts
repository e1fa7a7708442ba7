import type { DestinationKind } from "../destination-kind.ts";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
export const kinesis: DestinationKind<"kinesis", "stream"> = {
  kind: "kinesis",
  property: "stream",
  noun: "Kinesis stream",
  service: "kinesis",
  resource: "stream/",
  physicalName: /^[\w.-]{1,128}$/,
  maxNameLength: 100,
  reservedNames: ["raw", "enriched", "bad-rows"],
  settings: new Set(["partitionKey", "ordering", "eventsPerRecord"]),
  arrivals: { namespace: "AWS/Kinesis", metricName: "IncomingRecords", dimension: "StreamName" },
  resourceType: "aws_kinesis_stream",
  endpointVariable: "KINESIS",
};
