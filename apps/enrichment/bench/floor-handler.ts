import { Buffer } from "node:buffer";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import type { KinesisSender } from "@millrace/put-records";
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from "aws-lambda";

/**
 * The least a handler can do: each record parsed, validated and written again, the batch sent in one request and the
 * answer believed.
 */
export function createFloorHandler(client: KinesisSender, isValid: (data: unknown) => boolean) {
  return async ({ Records }: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> => {
    const records = Records.map(({ kinesis }) => {
      const event = JSON.parse(Buffer.from(kinesis.data, "base64").toString("utf8")) as { data: unknown };
      if (!isValid(event.data)) throw new Error("The sample must be valid");
      return { PartitionKey: kinesis.partitionKey, Data: Buffer.from(`${JSON.stringify(event)}\n`) };
    });
    await client.send(new PutRecordsCommand({ StreamName: "millrace-bench-enriched", Records: records }));
    return { batchItemFailures: [] };
  };
}
