/**
 * Processor time and heap of a service that sends for a long time: 1,500 turns of 1,000 sends, with 3 ms for each
 * request. Run it as `node --conditions=@millrace/source --disable-warning=ExperimentalWarning bench/sends.ts`.
 */
import { createPutRecords } from "@millrace/put-records";

const TURNS = 1500;
const SENDS = 1000;
const data = Buffer.alloc(500);

let sequence = 0;
const answer = () => ({ ShardId: "shardId-000000000000", SequenceNumber: String(sequence++) });
const client = {
  async send(command: object) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    const { Records = [] } = (command as { input: { Records?: unknown[] } }).input;
    return { FailedRecordCount: 0, Records: Records.map(answer) };
  },
};

const stream = createPutRecords({ client, streamName: "bench" });
const before = process.cpuUsage();
let mostHeapBytes = 0;
for (let turn = 0; turn < TURNS; turn++) {
  for (let i = 0; i < SENDS; i++) void stream.send({ partitionKey: `key-${i}`, data });
  await new Promise((resolve) => setTimeout(resolve, 4));
  mostHeapBytes = Math.max(mostHeapBytes, process.memoryUsage().heapUsed);
}
await stream.flush();
const { user, system } = process.cpuUsage(before);
console.log({
  cpuMs: Math.round((user + system) / 1000),
  mostHeapMiB: Math.round(mostHeapBytes / 1024 / 1024),
});
