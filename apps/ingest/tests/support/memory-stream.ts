import {
  BackpressureError,
  type Delivery,
  type PutRecord,
  type PutRecords,
  RefusedError,
  ThrottledError,
} from "@millrace/put-records";

/** A stream in memory, in the place of `@millrace/put-records`. */
export class MemoryStream implements Pick<PutRecords, "send"> {
  readonly records: PutRecord[] = [];
  /** Decides the outcome of a record; default: delivered. */
  decide: (record: PutRecord) => "delivered" | "throttled" | "refused" | "invalid" = () => "delivered";

  async send(record: PutRecord): Promise<Delivery> {
    const outcome = this.decide(record);
    if (outcome === "delivered") {
      this.records.push(record);
      return {
        status: "delivered",
        shardId: "shardId-000000000000",
        sequenceNumber: String(this.records.length),
        attempts: 1,
        isAmbiguous: false,
      };
    }
    if (outcome === "invalid") {
      const error = new RefusedError("ValidationException");
      return { status: "failed", reason: "rejected", attempts: 2, isAmbiguous: false, error };
    }
    const error = outcome === "refused" ? new BackpressureError("no room") : new ThrottledError("slow down");
    return { status: "failed", reason: "throttled", attempts: 1, isAmbiguous: false, error };
  }

  /** The lines stored, in order, as text. */
  get lines(): string[] {
    return this.records.flatMap(({ data }) => Buffer.from(data).toString("utf8").split("\n").slice(0, -1));
  }

  /** The events stored, in order. */
  get events(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
