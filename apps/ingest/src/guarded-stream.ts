import type { Clock, Delivery, PutRecords } from "@millrace/put-records";
import type { Breaker } from "./admission/breaker.ts";

/** Tells the breaker what becomes of every record. */
export function guardStream(
  stream: Pick<PutRecords, "send">,
  breaker: Breaker,
  clock: Clock,
): Pick<PutRecords, "send"> {
  return {
    send: async (record, options) => {
      breaker.started(clock.now());
      let isAnswer = false;
      try {
        const delivery = await stream.send(record, options);
        isAnswer = showsThatStreamIsThere(delivery);
        return delivery;
      } finally {
        breaker.settled(isAnswer, clock.now());
      }
    },
  };
}

/**
 * True if Kinesis answered: it delivered the record, or refused it for itself. A record that found no room here proves
 * nothing.
 */
function showsThatStreamIsThere(delivery: Delivery): boolean {
  return delivery.status === "delivered" || delivery.error.concerns === "record";
}
