import type { Destination } from "../../document/route-document.ts";
import type { DestinationKind, KindName } from "./destination-kind.ts";
import { eventbridge } from "./eventbridge.ts";
import { kinesis } from "./kinesis.ts";
import { sqs } from "./sqs.ts";

/** Every kind of destination there is. */
export const destinationKinds: Readonly<Record<KindName, DestinationKind>> = { kinesis, sqs, eventbridge };

/** A destination of a document in one form for all kinds. */
export interface NamedDestination {
  readonly kind: DestinationKind;
  /** Without the prefix of the environment. */
  readonly name: string;
  /** Environment → ARN of another account's that takes its place there. */
  readonly arn: Readonly<Record<string, string>>;
}

/** @example nameDestination({ queue: "claims" }) // { kind: destinationKinds.sqs, name: "claims", arn: {} } */
export function nameDestination(destination: Destination): NamedDestination {
  const { arn = {} } = destination;
  if ("queue" in destination) return { kind: sqs, name: destination.queue, arn };
  if ("bus" in destination) return { kind: eventbridge, name: destination.bus, arn };
  return { kind: kinesis, name: destination.stream, arn };
}
