// Loads a bundle as Lambda does and runs it once with an empty batch; prints how long each took, in milliseconds.
const started = process.hrtime.bigint();
const { handler } = require(process.argv[2]);
const loaded = process.hrtime.bigint();
Promise.resolve(handler({ Records: [] }, { getRemainingTimeInMillis: () => 30000 })).then(() => {
  const done = process.hrtime.bigint();
  // Handlers write to standard output and error; the result has a pipe of its own.
  require("node:fs").writeSync(
    3,
    JSON.stringify({ loadMs: Number(loaded - started) / 1e6, invokeMs: Number(done - loaded) / 1e6 }),
  );
  process.exit(0);
});
