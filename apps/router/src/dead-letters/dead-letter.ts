import type { BadRow, EnrichedEvent } from "@millrace/event-contracts";
import { encodeRecord } from "@millrace/event-contracts";
import { parseKeepingSpelling } from "@millrace/event-pattern";
import type { FailedOutput, Output } from "@millrace/stream-handler";
import { badRowKinds } from "../bad-rows.ts";
import type { RoutedOutput } from "../routed-output.ts";

/** An event that a destination did not take, as the router got it: `pnpm routes redrive` puts it through the present routes. */
export interface DeadLetter extends Pick<BadRow, "failure" | "processor" | "origin"> {
  /** Before any projection, and masked, as it lies in the enriched stream. */
  readonly enriched: EnrichedEvent;
  readonly delivery: {
    readonly application: string;
    readonly stream: string;
    readonly routes: readonly string[];
    readonly partitionKey: string;
    readonly reason: string;
    readonly attempts: number;
    /** The destination may have stored the event all the same. */
    readonly isAmbiguous: boolean;
  };
}

/** Goes before the name of an output's destination when it is a dead letter; no stream's name has a slash. */
const DEAD_LETTERS = "dead-letters/";

/** Folder of the dead letters that an output's destination stands for; undefined when it stands for a stream. */
export function deadLetterFolder(destination: string): string | undefined {
  return destination.startsWith(DEAD_LETTERS) ? destination.slice(DEAD_LETTERS.length) : undefined;
}

/** The dead letters of an output that its destination did not take, one for each event in it. */
export function deadLetterOutputs(
  { delivery, error, source }: FailedOutput,
  output: RoutedOutput,
  processor: DeadLetter["processor"],
): Output[] {
  const { application, destination: stream, partitionKey } = output;
  // Without a delivery the writer itself failed or gave no answer: the destination may hold the event.
  const { reason, attempts, isAmbiguous } = delivery ?? { reason: "no-answer", attempts: 0, isAmbiguous: true };
  return output.entries.map(({ text, routes }) => {
    const letter: DeadLetter = {
      failure: { kind: badRowKinds.undeliverable, message: `${error.name}: ${error.message}` },
      enriched: parseKeepingSpelling(text) as EnrichedEvent,
      processor: { ...processor },
      origin: { stream: source.stream, shardId: source.shardId, sequenceNumber: source.sequenceNumber },
      delivery: { application, stream, routes, partitionKey, reason, attempts, isAmbiguous },
    };
    return { destination: `${DEAD_LETTERS}${application}/${stream}`, partitionKey, data: encodeRecord([letter]) };
  });
}
