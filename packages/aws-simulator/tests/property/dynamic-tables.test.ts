import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { DuckDbWarehouse } from "../../src/duckdb.ts";
import { best, bothAnswers, landing, loadCopies } from "../fixtures/best-copies.ts";

let warehouse: DuckDbWarehouse;
let files = 0;

beforeAll(async () => {
  warehouse = await DuckDbWarehouse.open({ threads: 1 });
  await warehouse.createTable(landing);
  await warehouse.createDynamicTable(best);
});
afterAll(() => warehouse.close());

/** Few values, so that copies, corrections and equal revisions meet. */
const copy = fc.record(
  {
    source: fc.constantFrom("web", "app"),
    id: fc.constantFrom("1", "2", "3"),
    revision: fc.constantFrom("1", "2", "3"),
    subject: fc.constantFrom("ada", "bob"),
  },
  { requiredKeys: ["subject"] },
);

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ load: fc.array(copy, { maxLength: 5 }), loadedAt: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ loadAgain: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ erase: fc.constantFrom("ada", "bob") }) },
  { weight: 1, arbitrary: fc.constant({ change: "UPDATE landed SET loaded_at = loaded_at - INTERVAL 1 DAY" }) },
);

test("a dynamic table holds what its query gives, after any loads, copies, corrections and erasures in any order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      await warehouse.query("DELETE FROM landed");
      const loaded: { readonly name: string; readonly copies: readonly object[] }[] = [];
      for (const each of steps) {
        if ("load" in each) {
          // The names of later files come before and after those of earlier ones.
          const name = `${(files * 7) % 10}-${files}`;
          files += 1;
          loaded.push({ name, copies: each.load });
          await loadCopies(warehouse, name, each.load, each.loadedAt);
        } else if ("erase" in each) {
          await warehouse.query(`DELETE FROM landed WHERE CONTAINS(CAST(record AS VARCHAR), '${each.erase}')`);
        } else if ("change" in each) {
          await warehouse.query(each.change);
        } else if (loaded.length > 0) {
          const again = loaded[each.loadAgain % loaded.length];
          if (again !== undefined) await loadCopies(warehouse, again.name, again.copies);
        }
        const { kept, computed } = await bothAnswers(warehouse);
        expect(kept).toEqual(computed);
      }
    }),
    { numRuns: 25 },
  );
}, 60_000);
