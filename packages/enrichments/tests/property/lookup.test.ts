import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { EnrichmentInput } from "../../src/definition.ts";
import { createLookup, type LookupOptions, readNdjsonRows, readTable } from "../../src/index.ts";
import { readCsvRows } from "../../src/lookup/csv-rows.ts";

interface Row {
  readonly sku: string;
  readonly name: string | undefined;
  readonly stock: number | undefined;
  readonly isNew: boolean | undefined;
}

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const key = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.constantFrom("a,b", 'say "hi"', "two\nlines", "__proto__", "constructor", "é", " padded ", "007", "7"),
);
const row: fc.Arbitrary<Row> = fc.record({
  sku: key.filter((text) => text.trim() !== "" && !text.includes("\r")),
  name: optional(fc.string({ minLength: 1 }).filter((text) => !text.includes("\r"))),
  stock: optional(fc.integer()),
  isNew: optional(fc.boolean()),
});

const options: LookupOptions = {
  source: "products.csv",
  key: "sku",
  pointers: ["/data/sku"],
  columns: {
    title: { from: "name", type: "string", description: "Name." },
    stock: { type: "integer", description: "Stock." },
    isNew: { type: "boolean", description: "Whether it is new." },
  },
};

const quoted = (cell: string | number | boolean | undefined): string =>
  cell === undefined ? "" : `"${String(cell).replaceAll('"', '""')}"`;
const csvOf = (rows: readonly Row[]): string =>
  [
    "sku,name,stock,isNew",
    ...rows.map((each) => [each.sku, each.name, each.stock, each.isNew].map(quoted).join(",")),
  ].join("\r\n");
const ndjsonOf = (rows: readonly Row[]): string =>
  rows
    .map(({ sku, name = null, stock = null, isNew = null }) => `${JSON.stringify({ sku, name, stock, isNew })}\n`)
    .join("");

/** The join as one would write it by hand. */
function joinNaively(rows: readonly Row[], sku: string): object | undefined {
  const found = rows.find((each) => each.sku === sku);
  if (found === undefined) return undefined;
  const { name: title, stock, isNew } = found;
  return JSON.parse(JSON.stringify({ title, stock, isNew })) as object;
}

function inputOf(sku: unknown): EnrichmentInput {
  return { event: { data: { sku } }, clientIp: undefined, resultOf: () => undefined } as unknown as EnrichmentInput;
}

const parts = { checkRow: () => undefined };

describe("a lookup adds the row that a naive join finds", () => {
  test.each([
    ["CSV", csvOf, readCsvRows],
    ["NDJSON", ndjsonOf, readNdjsonRows],
  ])("in a table of %s", (_, write, readRows) => {
    fc.assert(
      fc.property(fc.uniqueArray(row, { selector: ({ sku }) => sku, minLength: 1 }), fc.array(key), (rows, others) => {
        const table = readTable(write(rows), options, { readRows, ...parts });
        expect(table.rows).toBe(rows.length);
        let misses = 0;
        const lookup = createLookup("product", options, { current: table, miss: () => (misses += 1) });
        const asked = [...rows.map(({ sku }) => sku), ...others];
        for (const sku of asked) {
          const addition = lookup.enrich(inputOf(sku));
          expect(addition?.value).toEqual(joinNaively(rows, sku));
          if (addition !== undefined) {
            expect(JSON.parse(`{${addition.member.slice(1)}}`)).toEqual({ product: addition.value });
          }
        }
        expect(misses).toBe(asked.filter((sku) => joinNaively(rows, sku) === undefined).length);
      }),
      { numRuns: 200 },
    );
  });

  test("and of equal keys the row that the options say", () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1 }),
        fc.constantFrom("first" as const, "last" as const),
        (rows, duplicates) => {
          const table = readTable(ndjsonOf(rows), { ...options, duplicates }, { readRows: readNdjsonRows, ...parts });
          const lookup = createLookup("product", options, { current: table, miss: () => undefined });
          const inOrder = duplicates === "first" ? rows : rows.toReversed();
          for (const { sku } of rows) expect(lookup.enrich(inputOf(sku))?.value).toEqual(joinNaively(inOrder, sku));
        },
      ),
    );
  });

  test("for any text there is a table or an error that names a line", () => {
    const readers = fc.constantFrom(readCsvRows, readNdjsonRows);
    fc.assert(
      fc.property(fc.string(), readers, (text, readRows) => {
        try {
          expect(readTable(text, options, { readRows, ...parts }).rows).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect((error as { code: string }).code).toBe("ENRICHMENT_LOOKUP_TABLE");
          expect((error as Error).message).toMatch(/^line \d+: /);
        }
      }),
      { numRuns: 500 },
    );
  });
});
