import type { KindName } from "@millrace/destinations/kinds";
import type { DestinationMaker } from "./destination-resource.ts";
import { eventBuses } from "./eventbridge/event-bus.ts";
import { destinationStreams } from "./kinesis/destination-stream.ts";
import { eventQueues } from "./sqs/event-queue.ts";

/** Makes the resources of each kind. */
export const makers: Readonly<Record<KindName, DestinationMaker>> = {
  kinesis: destinationStreams,
  sqs: eventQueues,
  eventbridge: eventBuses,
};
