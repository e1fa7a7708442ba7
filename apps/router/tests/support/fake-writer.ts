import type { Delivery, Failed, PutOptions, PutRecord, PutRecordsError } from "@millrace/put-records";
import type { OutputWriter } from "@millrace/stream-handler";

/** A destination that keeps what it takes and fails as told. */
export class FakeWriter implements OutputWriter {
  readonly taken: PutRecord[] = [];
  readonly calls: { records: number; deadline: number | undefined }[] = [];
  /** Returns how the record fails, or undefined when it is taken. */
  failure: (record: PutRecord) => { reason: Failed["reason"]; error: PutRecordsError } | undefined = () => undefined;

  put(records: readonly PutRecord[], options: PutOptions = {}): Promise<Delivery[]> {
    this.calls.push({ records: records.length, deadline: options.deadline });
    return Promise.resolve(records.map((record) => this.#deliver(record)));
  }

  /** Every line of every record taken, parsed. */
  lines(): Record<string, unknown>[] {
    return this.taken.flatMap(({ data }) =>
      new TextDecoder()
        .decode(data)
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    );
  }

  #deliver(record: PutRecord): Delivery {
    const failure = this.failure(record);
    if (failure !== undefined) {
      return { status: "failed", ...failure, attempts: 1, isAmbiguous: false };
    }
    this.taken.push(record);
    const sequenceNumber = String(this.taken.length);
    return { status: "delivered", shardId: "shardId-000000000000", sequenceNumber, attempts: 1, isAmbiguous: false };
  }
}
