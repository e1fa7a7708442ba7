// A function in a process of its own, loaded once and invoked warm, as Lambda does it: `run-function.cjs <index.js>
// <batches.json>`. Each message is a lap over all batches, with ids of events and sequence numbers of its own; the
// answer is the processor time from the text of the invocation to the function's answer, and the bytes of its log.
const { readFileSync, writeFileSync } = require("node:fs");
const { Session } = require("node:inspector/promises");
const { gzipSync } = require("node:zlib");

const [, , index, file] = process.argv;
const { batches, lap: mark, stream } = JSON.parse(readFileSync(file, "utf8"));
const { handler } = require(index);
const SEQUENCE_DIGITS = 20;
const NEWEST_AGE_MS = 100;
const RECEIVED = /(?<="receivedat":")[^"]+/g;
let sequence = 0;
let logBytes = 0;

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...rest) => {
  logBytes += Buffer.byteLength(text);
  return write(text, ...rest);
};

/** Ages of events are those of a pipeline that keeps up: their digits are bytes of the log. */
function recordsOf(batch, lap) {
  const newestMs = Math.max(...batch.flatMap(({ lines }) => lines.match(RECEIVED).map((text) => Date.parse(text))));
  const byMs = Date.now() - NEWEST_AGE_MS - newestMs;
  const move = (text) => new Date(Date.parse(text) + byMs).toISOString();
  return batch.map((record) => recordOf({ ...record, lines: record.lines.replace(RECEIVED, move) }, lap));
}

function recordOf({ partitionKey, lines, isPacked }, lap) {
  const bytes = Buffer.from(lines.replaceAll(mark, lap));
  const sequenceNumber = `495903382714902566085${String(++sequence).padStart(SEQUENCE_DIGITS, "0")}`;
  return {
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey,
      sequenceNumber,
      data: (isPacked ? gzipSync(bytes, { level: 1 }) : bytes).toString("base64"),
      approximateArrivalTimestamp: Date.now() / 1_000,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: "arn:aws:iam::000000000000:role/bench",
    awsRegion: "eu-west-1",
    eventSourceARN: `arn:aws:kinesis:eu-west-1:000000000000:stream/${stream}`,
  };
}

async function runLap({ lap, profileTo }) {
  const invocations = batches.map((batch) => JSON.stringify({ Records: recordsOf(batch, lap) }));
  const context = { getRemainingTimeInMillis: () => 60_000, awsRequestId: "bench" };
  globalThis.gc();
  const session = profileTo === undefined ? undefined : await startProfile();
  logBytes = 0;
  const before = process.cpuUsage();
  for (const text of invocations) {
    const { batchItemFailures } = await handler(JSON.parse(text), context);
    if (batchItemFailures.length > 0) throw new Error("The function gave records back.");
  }
  const { user, system } = process.cpuUsage(before);
  if (session !== undefined) {
    const { profile } = await session.post("Profiler.stop");
    writeFileSync(profileTo, JSON.stringify(profile));
    session.disconnect();
  }
  process.send({ cpuMicros: user + system, logBytes });
}

async function startProfile() {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  return session;
}

process.on("message", (message) => void runLap(message));
process.on("disconnect", () => process.exit(0));
