import { destinationKinds, type KindName, type KnownKind } from "@millrace/destinations/kinds";
import type { DestinationFacts, OtherDestinationFacts } from "./destination-facts.ts";
import { eventbridge } from "./eventbridge/eventbridge.ts";
import { kinesis } from "./kinesis/kinesis.ts";
import { sqs } from "./sqs/sqs.ts";

const others: Readonly<Record<Exclude<KindName, "kinesis">, OtherDestinationFacts>> = { sqs, eventbridge };

/** The facts of each kind. */
export const destinationFacts: Readonly<Record<KindName, DestinationFacts>> = { kinesis, ...others };

/** Every kind with its facts, streams first. */
export const kindsWithFacts: readonly (KnownKind & DestinationFacts)[] = (
  Object.keys(destinationFacts) as KindName[]
).map((kind) => ({ ...destinationKinds[kind], ...destinationFacts[kind] }));

/** Every kind but streams with its facts. */
export const otherKinds: readonly (KnownKind & OtherDestinationFacts)[] = (
  Object.keys(others) as (keyof typeof others)[]
).map((kind) => ({ ...destinationKinds[kind], ...others[kind] }));
