/**
 * Sizes and processor time of packed records: `pnpm --filter @millrace/packed-records bench <folder>`, with the folder
 * of enriched objects that a run of `pnpm start` left. Lines are put together in the order in which they lie there.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { packRecord, unpackRecord } from "../src/index.ts";

const EVENTS_PER_RECORD = [1, 2, 4, 8, 16, 38];
const ROUNDS = 7;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Name the folder of enriched objects: .local/s3/<bucket>/enriched.");
const objects = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".gz"));
const lines = objects.flatMap((name) =>
  gunzipSync(readFileSync(join(folder, name)))
    .toString()
    .split(/(?<=\n)/),
);
console.log(`${lines.length} events, ${Math.round(Buffer.byteLength(lines.join("")) / lines.length)} bytes each`);
for (const events of EVENTS_PER_RECORD) {
  const texts: Buffer[] = [];
  for (let at = 0; at + events <= lines.length; at += events) {
    texts.push(Buffer.from(lines.slice(at, at + events).join("")));
  }
  const records = texts.map((text) => packRecord(text, "gzip"));
  const sum = (parts: readonly Uint8Array[]) => parts.reduce((total, { length }) => total + length, 0);
  const packing = leastMicros(() => texts.forEach((text) => packRecord(text, "gzip")));
  const unpacking = leastMicros(() => records.forEach((record) => unpackRecord(record)));
  const perRecord = (micros: number) => (micros / records.length).toFixed(1);
  console.log(
    `${events} a record: ${(sum(records) / sum(texts)).toFixed(4)} of the bytes, ` +
      `${Math.round(sum(records) / (records.length * events))} an event; ` +
      `µs a record: ${perRecord(packing)} packed, ${perRecord(unpacking)} unpacked`,
  );
}

/** Processor time of the fastest round. */
function leastMicros(run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}
