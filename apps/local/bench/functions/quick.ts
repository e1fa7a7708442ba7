/** The quick form: built functions, 200 events a batch, to one that does the least. `pnpm build` comes first. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printQuickForm } from "@millrace/paired-bench";
import { Bench, floor, functionNames, here, zipOf } from "./measure.ts";

const EVENTS = 2_000;
const EVENTS_PER_BATCH = 200;

const folder = mkdtempSync(join(tmpdir(), "millrace-functions-"));
const bench = await Bench.open(folder);
try {
  const ratios: Record<string, number> = {};
  const batches = await bench.createBatches(EVENTS, EVENTS_PER_BATCH);
  for (const name of functionNames) {
    const modules = { floor, ours: bench.unpack(zipOf(name, here)) };
    const options = { reference: "floor", warmUps: 8, rounds: 9 } as const;
    const compared = await bench.compare(name, modules, batches[name], options);
    ratios[`built ${name}, to floor`] = compared.ratios.ours;
  }
  printQuickForm({
    ratios,
    leavesOut: "TLS, cold starts, other sizes of batches, and the benches of the whole pipeline",
  });
} finally {
  bench.close();
  rmSync(folder, { recursive: true, force: true });
}
