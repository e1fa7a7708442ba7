/**
 * Events per second on one core: `pnpm bench`, `pnpm bench --json`, `--quick` for a short look, `--no-growth` without
 * the last.
 *
 * - floor: base64 → JSON.parse → one validator of Ajv's standalone code → stringify → bytes, in a loop; the same with
 *   our validator, which counts the characters of a text only when it must.
 * - record: `enrichRecord` with everything on, from base64 to bytes.
 * - handler floor: a batch of the floor's work, sent in one request.
 * - handler: the whole Lambda handler with its batch ledger, PutRecords and metrics, to a Kinesis that confirms at
 *   once.
 * - usual: the same work as it is usually built (usual-build.ts).
 * - growth: records of ten types with ten and with a thousand contracts, and of a thousand types; after each validator
 *   has been called often enough to be compiled to machine code, as it is in a function that lives for minutes.
 */
import { measure, type Measurement } from "./measure.ts";
import { createSampleRecords } from "./sample-records.ts";

const isQuick = process.argv.includes("--quick");
const events = 10_000;
const rounds = isQuick ? 7 : 25;
const warmUps = isQuick ? 8 : 20;
// A thousand types see ten events each in a round.
const growthWarmUps = isQuick ? 40 : 150;

const names = ["floor", "floor, our validator", "record", "handler floor", "handler", "usual"];
const compared = await measure(names, { events, rounds, warmUps });
const growth = process.argv.includes("--no-growth")
  ? []
  : await measure(["10 contracts", "1000 contracts, 10 in use", "1000 contracts, all in use"], {
      events,
      rounds,
      warmUps: growthWarmUps,
    });

const of = (name: string): Measurement | undefined => compared.find((each) => each.name === name);
const ratio = (name: string, to: string) =>
  Number(((of(name)?.eventsPerSecond ?? 0) / (of(to)?.eventsPerSecond ?? 0)).toFixed(2));
const result = {
  node: process.version,
  bytesPerEvent: Math.round(createSampleRecords(events).reduce((sum, each) => sum + each.length, 0) / events),
  rounds,
  compared,
  recordOfFloor: of("record")?.ofFirst,
  recordOfFloorWithOurValidator: ratio("record", "floor, our validator"),
  recordOfUsual: ratio("record", "usual"),
  handlerOfFloor: ratio("handler", "handler floor"),
  handlerOfUsual: ratio("handler", "usual"),
  growth,
};

if (process.argv.includes("--json")) console.log(JSON.stringify(result));
else {
  console.log(`${events} events of ${result.bytesPerEvent} bytes, ${rounds} rounds, Node ${process.version}`);
  console.table([...compared, ...growth]);
  console.log(
    `record = ${result.recordOfFloor ?? 0} of the floor (${result.recordOfFloorWithOurValidator} with our validator), ` +
      `${result.recordOfUsual} × usual; ` +
      `handler = ${result.handlerOfFloor} of its floor, ${result.handlerOfUsual} × usual`,
  );
}
