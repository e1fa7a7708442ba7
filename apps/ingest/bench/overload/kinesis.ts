import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A Kinesis that confirms everything, or takes requests and never answers. */
export interface FakeKinesis {
  readonly url: string;
  mode: "answers" | "hangs";
  /** Gets the body of every PutRecords call that is confirmed. */
  onConfirm: (body: Buffer) => void;
  close(): void;
}

const shard = {
  ShardId: "shardId-000000000000",
  HashKeyRange: { StartingHashKey: "0", EndingHashKey: "340282366920938463463374607431768211455" },
  SequenceNumberRange: { StartingSequenceNumber: "1" },
};

export async function startFakeKinesis(): Promise<FakeKinesis> {
  const fake: Pick<FakeKinesis, "mode" | "onConfirm"> = { mode: "answers", onConfirm: () => undefined };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (fake.mode === "hangs") return;
      const target = String(request.headers["x-amz-target"]);
      const body = Buffer.concat(chunks);
      if (target.endsWith(".PutRecords")) fake.onConfirm(body);
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(answer(target, body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(fake, {
    url,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

function answer(target: string, body: Buffer): string {
  if (target.endsWith(".ListShards")) return JSON.stringify({ Shards: [shard] });
  if (target.endsWith(".DescribeStreamSummary")) {
    return JSON.stringify({ StreamDescriptionSummary: { StreamStatus: "ACTIVE" } });
  }
  if (!target.endsWith(".PutRecords")) return "{}";
  const record = { ShardId: shard.ShardId, SequenceNumber: "49590338271490256608559692538361571095921575989136588898" };
  return JSON.stringify({ FailedRecordCount: 0, Records: Array.from({ length: countRecords(body) }, () => record) });
}

/** Counts the records of a PutRecords body. */
export function countRecords(body: Buffer): number {
  let records = 0;
  for (let at = body.indexOf('"Data"'); at !== -1; at = body.indexOf('"Data"', at + 6)) records += 1;
  return records;
}
