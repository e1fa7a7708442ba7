/** A record as a consumer gets it. */
export interface WireRecord {
  readonly partitionKey: string;
  readonly data: Buffer;
}

interface GetRecordsOutput {
  readonly Records: readonly { readonly Data: string; readonly PartitionKey: string }[];
  readonly NextShardIterator?: string;
  readonly MillisBehindLatest: number;
}

const maxAttempts = 100;
const retryMs = 100;

/** Speaks the protocol of Kinesis as any SDK does (awsJson1.1), to read what no endpoint of the pipeline shows. */
export class KinesisWire {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async streamNames(): Promise<readonly string[]> {
    return (await this.#call<{ StreamNames: string[] }>("ListStreams", {})).StreamNames;
  }

  async put(streamName: string, partitionKey: string, bytes: Uint8Array): Promise<void> {
    const Data = Buffer.from(bytes).toString("base64");
    await this.#call("PutRecord", { StreamName: streamName, PartitionKey: partitionKey, Data });
  }

  /** Everything in a stream. */
  async readAll(streamName: string): Promise<readonly WireRecord[]> {
    const { Shards } = await this.#call<{ Shards: { ShardId: string }[] }>("ListShards", { StreamName: streamName });
    const records = await Promise.all(Shards.map(({ ShardId }) => this.#readShard(streamName, ShardId)));
    return records.flat();
  }

  async #readShard(streamName: string, shardId: string): Promise<readonly WireRecord[]> {
    const records: WireRecord[] = [];
    let { ShardIterator: iterator } = await this.#call<{ ShardIterator: string | undefined }>("GetShardIterator", {
      ...{ StreamName: streamName, ShardId: shardId, ShardIteratorType: "TRIM_HORIZON" },
    });
    while (iterator !== undefined) {
      const output: GetRecordsOutput = await this.#call("GetRecords", { ShardIterator: iterator });
      records.push(
        ...output.Records.map(({ Data, PartitionKey }) => ({
          partitionKey: PartitionKey,
          data: Buffer.from(Data, "base64"),
        })),
      );
      iterator = output.MillisBehindLatest === 0 ? undefined : output.NextShardIterator;
    }
    return records;
  }

  /** Shards are busy with their own consumers: what is throttled is asked again. */
  async #call<Output>(operation: string, input: object): Promise<Output> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": `Kinesis_20131202.${operation}`,
          // The local Kinesis wants a signature and does not verify it.
          authorization: "AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=none",
        },
        body: JSON.stringify(input),
      });
      const text = await response.text();
      if (response.ok) return JSON.parse(text) as Output;
      if (!text.includes("ProvisionedThroughputExceeded") || attempt === maxAttempts)
        throw new Error(`${operation}: ${text}`);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}
