import type { BadRow, EnrichedEvent } from "@millrace/event-contracts";
import { encodeRecord } from "@millrace/event-contracts";
import { parseKeepingSpelling } from "@millrace/event-pattern";
import type { FailedOutput, Output } from "@millrace/stream-handler";
import { badRowKinds } from "../bad-rows.ts";
import type { RoutedOutput } from "../routed-output.ts";

/**
 * An event that a destination did not take, as the router got it: `pnpm routes redrive` puts it through the present
 * routes.
 */
export interface UndeliveredEvent extends Pick<BadRow, "failure" | "processor" | "origin"> {
  /** Before any projection, and masked, as it lies in the enriched stream. */
  readonly enriched: EnrichedEvent;
  readonly delivery: {
    readonly application: string;
    /** Name of the destination in the route documents, also of a queue or bus: stored rows have the word. */
    readonly stream: string;
    readonly routes: readonly string[];
    readonly partitionKey: string;
    readonly reason: string;
    readonly attempts: number;
    /** The destination may have stored the event all the same. */
    readonly isAmbiguous: boolean;
  };
}

/** Prefix of the destination's name in an output that is an undelivered event. No destination's name has a slash. */
const UNDELIVERED = "undelivered/";

/**
 * Folder of the undelivered events that an output's destination stands for; undefined when it stands for a destination.
 */
export function undeliveredFolder(destination: string): string | undefined {
  return destination.startsWith(UNDELIVERED) ? destination.slice(UNDELIVERED.length) : undefined;
}

/** The undelivered events of an output that its destination did not take, one for each event in it. */
export function undeliveredOutputs(
  { delivery, error, source }: FailedOutput,
  output: RoutedOutput,
  processor: UndeliveredEvent["processor"],
): Output[] {
  const { application, destination, partitionKey } = output;
  // Without a delivery the writer itself failed or gave no answer: the destination may hold the event.
  const { reason, attempts, isAmbiguous } = delivery ?? { reason: "no-answer", attempts: 0, isAmbiguous: true };
  return output.entries.map(({ text, routes }) => {
    const row: UndeliveredEvent = {
      failure: { kind: badRowKinds.undeliverable, message: `${causeOf(error)}: ${error.message}` },
      enriched: parseKeepingSpelling(text) as EnrichedEvent,
      processor: { ...processor },
      origin: { stream: source.stream, shardId: source.shardId, sequenceNumber: source.sequenceNumber },
      delivery: { application, stream: destination, routes, partitionKey, reason, attempts, isAmbiguous },
    };
    return { destination: `${UNDELIVERED}${application}/${destination}`, partitionKey, data: encodeRecord([row]) };
  });
}

/** The code of the fault: a bundle has no names of classes. */
function causeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
