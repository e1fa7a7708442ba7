import { describe, expect, test } from "@jest/globals";
import type { EnrichmentInput } from "../../src/definition.ts";
import { createLookup, type LookupOptions, readNdjsonRows, readTable } from "../../src/index.ts";
import { readCsvRows } from "../../src/lookup/csv-rows.ts";

const options: LookupOptions = {
  source: "t.csv",
  key: "sku",
  pointers: ["/data/sku", "/subject"],
  columns: { price: { type: "number", description: "Price." }, name: { type: "string", description: "Name." } },
};
const checkRow = ({ price }: { price?: unknown }) =>
  price === undefined || typeof price === "number" ? undefined : { column: "price", message: "must be number" };
const csv = (text: string, changed: Partial<LookupOptions> = {}) =>
  readTable(text, { ...options, ...changed }, { readRows: readCsvRows, checkRow });
const ndjson = (text: string, changed: Partial<LookupOptions> = {}) =>
  readTable(text, { ...options, ...changed }, { readRows: readNdjsonRows, checkRow });

describe("a table", () => {
  test("takes numbers as JSON writes them, leaves empty cells out, and passes over blank lines and other columns", () => {
    const table = csv('\uFEFFsku,price,name,other\r\np-1,1.50,Shoe,x\r\n\r\np-2,,"a ""b"", c",y\r\n');
    expect([table.rows, table.find("p-1"), table.find("p-2"), table.find("p-3")]).toEqual([
      2,
      '{"price":1.5,"name":"Shoe"}',
      '{"name":"a \\"b\\", c"}',
      undefined,
    ]);
  });

  test.each<[string, () => unknown, string]>([
    ["a column that is not there", () => csv("id,price,name\n1,2,x\n"), 'line 2: there is no column "sku"'],
    [
      "a row of another width",
      () => csv("sku,price,name\np,1\n"),
      "line 2: has 2 cells, and the first line names 3 columns",
    ],
    [
      "a value of another type",
      () => csv("sku,price,name\np,1,a\nq,two,b\n"),
      'line 3: column "price": must be number',
    ],
    ["a name that comes twice", () => csv("sku,sku\n"), 'line 1: the column "sku" is named twice'],
    [
      "a key that comes again",
      () => csv("sku,price,name\np,1,a\np,2,b\n"),
      'line 3: column "sku": the key came before',
    ],
    ["an empty key", () => csv('sku,price,name\n"",1,a\n'), 'line 2: column "sku": must be a text'],
    ["a quote that never ends", () => csv('sku,price,name\np,1,"a\n'), "line 2: Quoted field unterminated"],
    ["nothing in it", () => csv(""), "line 1: there is no line of names"],
    [
      "too many rows",
      () => ndjson('{"sku":1,"price":1,"name":"a"}\n{"sku":2}\n', { maxRows: 1 }),
      "line 2: there are more than 1 rows",
    ],
    ["a line that is no JSON", () => ndjson('{"sku":"p","price":1,"name":"a"}\n{oops\n'), "line 2: is no JSON object"],
    [
      "a key that has lost digits",
      () => ndjson('{"sku":12345678901234567890,"price":1,"name":""}\n'),
      'line 1: column "sku": must be a text, or a number that is exact',
    ],
  ])("is refused with %s", (_, read, message) => {
    expect(read).toThrow(message);
  });

  test("may leave rows out that do not fit, up to the number that the options say", () => {
    const text = "sku,price,name\np,x,a\nq,2,b\nr,y,c\n";
    expect(csv(text, { maxBadRows: 2 })).toMatchObject({ rows: 1, badRows: 2 });
    expect(() => csv(text, { maxBadRows: 1 })).toThrow('line 4: column "price": must be number');
  });

  test("keeps the lines of rows with several lines apart", () => {
    expect(() => csv('sku,price,name\np,1,"a\nb\nc"\nq,two,d\n')).toThrow('line 5: column "price"');
  });
});

describe("a lookup", () => {
  const table = ndjson('{"sku":"p-1","price":1,"name":"a"}\n{"sku":7,"price":2}\n');
  const enrich = (event: object, changed: Partial<LookupOptions> = {}, current: typeof table | undefined = table) => {
    let misses = 0;
    const lookup = createLookup("product", { ...options, ...changed }, { current, miss: () => (misses += 1) });
    const input = { event, resultOf: () => undefined } as unknown as EnrichmentInput;
    return { value: lookup.enrich(input)?.value, misses };
  };

  test("joins by the first pointer that leads to something; numbers and texts are one key", () => {
    expect(enrich({ data: { sku: "p-1" }, subject: "7" }).value).toEqual({ price: 1, name: "a" });
    expect(enrich({ data: { sku: null }, subject: "7" }).value).toEqual({ price: 2 });
    expect(enrich({ data: { sku: 7 } }).value).toEqual({ price: 2 });
    expect(enrich({ data: {} })).toEqual({ value: undefined, misses: 0 });
  });

  test("counts a miss, and notes it where the options say so", () => {
    expect(enrich({ subject: "none" })).toEqual({ value: undefined, misses: 1 });
    expect(() => enrich({ subject: "none" }, { onMiss: "note" })).toThrow("has no row for the event");
  });

  test("says so when the key is none, or there is no table", () => {
    expect(() => enrich({ data: { sku: 2 ** 60 } })).toThrow("no number that is exact");
    expect(() => enrich({ data: { sku: ["p-1"] } })).toThrow("no text");
    const lookup = createLookup("product", options, { current: undefined, miss: () => undefined });
    const input = { event: { subject: "p-1" } } as unknown as EnrichmentInput;
    expect(() => lookup.enrich(input)).toThrow("could not be read");
  });
});
