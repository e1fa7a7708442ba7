// Loads a bundle as Lambda does and runs it once with the records that standard input gives; prints how long each took,
// and the processor time of both, in milliseconds.
const { readFileSync, writeSync } = require("node:fs");

const [, , index] = process.argv;
const event = JSON.parse(readFileSync(0, "utf8"));

async function start() {
  const before = process.cpuUsage();
  const started = process.hrtime.bigint();
  const { handler } = index.endsWith(".mjs") ? await import(index) : require(index);
  const loaded = process.hrtime.bigint();
  const answer = await handler(event, { getRemainingTimeInMillis: () => 30000 });
  const done = process.hrtime.bigint();
  const { user, system } = process.cpuUsage(before);
  if (answer?.batchItemFailures?.length > 0) throw new Error("The records were given back");
  const times = {
    loadMs: Number(loaded - started) / 1e6,
    invokeMs: Number(done - loaded) / 1e6,
    cpuMs: (user + system) / 1e3,
  };
  // Handlers write to standard output and error; the result has a pipe of its own.
  writeSync(3, JSON.stringify(times));
  process.exit(0);
}

start();
