import { resolveOptions } from "./options.ts";
import { PutRecordsClient } from "./put-records-client.ts";
import type { PutRecords, PutRecordsOptions } from "./types.ts";

/**
 * Creates a writer for one stream.
 *
 * @throws {InvalidOptionError} naming the option, what it may be and what it was.
 * @example
 * ```ts
 * const orders = createPutRecords({ client: createKinesisClient(), streamName: "orders" });
 * const deliveries = await orders.put([{ partitionKey: "customer-7", data: Buffer.from("{}\n") }]);
 * ```
 */
export function createPutRecords(options: PutRecordsOptions): PutRecords {
  return new PutRecordsClient(resolveOptions(options));
}
