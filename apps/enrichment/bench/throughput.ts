/**
 * Events per second on one core: `pnpm bench`, `pnpm bench --json`, `--quick` for a short look, `--no-growth` without
 * the last. `pnpm bench:baseline <folder>` compares with another checkout.
 *
 * - floor: base64 → JSON.parse → one validator of Ajv's standalone code → stringify → bytes, in a loop; the same with
 *   our validator, which counts the characters of a text only when it must.
 * - record: `enrichRecord` with everything on, from base64 to bytes.
 * - handler floor: a batch of the floor's work, sent in one request.
 * - handler: the whole Lambda handler as it is deployed, with its batch ledger, gzip of each record, PutRecords and
 *   metrics, to a Kinesis that confirms at once. Its floor and the usual build compress nothing.
 * - usual: the same work as it is usually built (usual-build.ts), without gzip.
 * - growth: records of ten types with ten and with a thousand contracts, and of a thousand types; after each validator
 *   has been called often enough to be compiled to machine code, as it is in a function that lives for minutes.
 */
import { parseArgs } from "node:util";
import { measure, type Measurement } from "./measure.ts";
import { createSampleRecords } from "./sample-records.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    growth: { type: "boolean", default: true },
  },
  allowNegative: true,
});
const events = 10_000;
const rounds = values.quick ? 7 : 25;
const warmUps = values.quick ? 8 : 20;
// A thousand types see ten events each in a round.
const growthWarmUps = values.quick ? 40 : 150;
const bytesOfAll = createSampleRecords(events).reduce((sum, each) => sum + each.length, 0);
const bytesPerEvent = Math.round(bytesOfAll / events);

const names = ["floor", "floor, our validator", "record", "handler floor", "handler", "usual"];
const compared = await measure(names, { events, rounds, warmUps });
const grown = ["10 contracts", "1000 contracts, 10 in use", "1000 contracts, all in use"];
const growth = values.growth ? await measure(grown, { events, rounds, warmUps: growthWarmUps }) : [];

const of = (name: string): Measurement | undefined => compared.find((each) => each.name === name);
const ratio = (name: string, to: string) =>
  Number(((of(name)?.eventsPerSecond ?? 0) / (of(to)?.eventsPerSecond ?? 0)).toFixed(2));
const ratios = {
  recordOfFloor: of("record")?.ofFirst ?? 0,
  recordOfFloorWithOurValidator: ratio("record", "floor, our validator"),
  recordOfUsual: ratio("record", "usual"),
  handlerOfFloor: ratio("handler", "handler floor"),
  handlerOfUsual: ratio("handler", "usual"),
};

if (values.json) {
  console.log(JSON.stringify({ node: process.version, bytesPerEvent, rounds, compared, growth, ...ratios }));
} else {
  console.log(`${events} events of ${bytesPerEvent} bytes, ${rounds} rounds, Node ${process.version}`);
  console.table([...compared, ...growth]);
  console.log(
    `record = ${ratios.recordOfFloor} of the floor (${ratios.recordOfFloorWithOurValidator} with our validator), ` +
      `${ratios.recordOfUsual} × usual; ` +
      `handler = ${ratios.handlerOfFloor} of its floor, ${ratios.handlerOfUsual} × usual`,
  );
}
