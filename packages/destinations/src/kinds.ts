import type { DestinationKind } from "./destination-kind.ts";
import { eventbridge } from "./eventbridge/description.ts";
import { kinesis } from "./kinesis/description.ts";
import { sqs } from "./sqs/description.ts";

export type { DestinationKind };

const kinds = { kinesis, sqs, eventbridge };

/** The kinds of destinations there are, each with a folder of this name. */
export type KindName = keyof typeof kinds;

/** The properties of a document's destination, one for each kind. */
export type DestinationProperty = (typeof kinds)[KindName]["property"];

/** One of the kinds there are. */
export type KnownKind = DestinationKind<KindName, DestinationProperty>;

/** Every kind of destination there is. */
export const destinationKinds: Readonly<Record<KindName, KnownKind>> = kinds;
