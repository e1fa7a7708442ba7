import type { DestinationKind } from "../destination-kind.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html */
export const eventbridge: DestinationKind<"eventbridge", "bus"> = {
  kind: "eventbridge",
  property: "bus",
  noun: "EventBridge event bus",
  service: "events",
  resource: "event-bus/",
  physicalName: /^[\w./-]{1,256}$/,
  maxNameLength: 100,
  reservedNames: [],
  settings: new Set(),
  // https://aws.amazon.com/eventbridge/pricing/ (2026-11-29)
  dollarsPerMillion: 1,
  afterErasure: (name) => `The bus ${name} keeps nothing; archives and targets of its rules may.`,
  resourceType: "aws_cloudwatch_event_bus",
  endpointVariable: "EVENTBRIDGE",
};
