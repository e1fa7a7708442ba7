import type { Clock, Delivered, Delivery, PutRecord, PutRecords } from "@millrace/put-records";
import type { Breaker } from "../admission/breaker.ts";
import type { Spool } from "./spool.ts";

export interface SpoolingOptions {
  readonly stream: Pick<PutRecords, "send">;
  readonly spool: Spool;
  readonly breaker: Pick<Breaker, "outageMs">;
  readonly clock: Clock;
  readonly onSpooled: () => void;
}

/**
 * A stream that puts on disk what Kinesis does not confirm, and answers as if it were delivered: it will be. While the
 * breaker says that Kinesis is away, records go to the disk at once.
 */
export function createSpoolingStream(options: SpoolingOptions): Pick<PutRecords, "send"> {
  const { stream, spool, breaker, clock, onSpooled } = options;

  const keep = async (record: PutRecord, isAmbiguous: boolean): Promise<Delivered | { readonly isUnsure: boolean }> => {
    const outcome = await spool.append(record);
    if (outcome !== "stored") return { isUnsure: outcome === "failed" };
    onSpooled();
    return { status: "delivered", shardId: "spool", sequenceNumber: "", attempts: 0, isAmbiguous };
  };

  return {
    send: async (record, sendOptions): Promise<Delivery> => {
      if (breaker.outageMs(clock.now()) > 0) {
        const kept = await keep(record, false);
        if ("status" in kept) return kept;
      }
      const delivery = await stream.send(record, sendOptions);
      // A record that Kinesis refuses for itself would be refused again.
      if (delivery.status === "delivered" || delivery.error.concerns === "record") return delivery;
      const kept = await keep(record, delivery.isAmbiguous);
      if ("status" in kept) return kept;
      return { ...delivery, isAmbiguous: delivery.isAmbiguous || kept.isUnsure };
    },
  };
}
