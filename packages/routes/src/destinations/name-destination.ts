import { destinationKinds, type DestinationProperty, type KnownKind } from "@millrace/destinations/kinds";
import type { Destination } from "../document/route-document.ts";

/** A destination of a document in one form for all kinds. */
export interface NamedDestination {
  readonly kind: KnownKind;
  /** Without the prefix of the environment. */
  readonly name: string;
  /** Environment → ARN of another account's that takes its place there. */
  readonly arn: Readonly<Record<string, string>>;
}

/** @example nameDestination({ queue: "claims" }) // { kind: destinationKinds.sqs, name: "claims", arn: {} } */
export function nameDestination(destination: Destination): NamedDestination {
  const names: { readonly [Property in DestinationProperty]?: string } = destination;
  const { arn = {} } = destination;
  for (const kind of Object.values(destinationKinds)) {
    const name = names[kind.property];
    if (name !== undefined) return { kind, name, arn };
  }
  throw new TypeError(`Expected a destination to have one of the kinds there are, got ${JSON.stringify(destination)}.`);
}
