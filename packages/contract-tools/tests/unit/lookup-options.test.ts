import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { checkSchemas } from "../../src/check/check-schemas.ts";
import { lineOfPointer } from "../../src/check/enrichments/line-of-pointer.ts";
import { renderWarehouseViews } from "../../src/codegen.ts";
import { checkEnrichmentOptions } from "../../src/enrichments.ts";
import type { JsonObject } from "../../src/registry.ts";
import { renderSchemas } from "../../src/render/render-schemas.ts";
import { registryOf } from "../support/contracts-of.ts";

const folder = mkdtempSync(join(tmpdir(), "lookup-options-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, "enrichments.json");
const columns = {
  brand: { type: "string", description: "Brand." },
  margin: { from: "margin_percent", type: "number", description: "Margin.", "x-unit": "percent", "x-decimals": 2 },
  buyer: { type: "string", description: "Buyer.", pattern: "@", "x-privacy": { class: "email", action: "hmac" } },
};
const options = { source: "products.csv", key: "sku", pointers: ["/data/productId"], columns };

function check(changed: object = {}, table = "sku,brand,margin_percent,buyer\np-1,Acme,12.5,ada@example.com\n") {
  writeFileSync(join(folder, "products.csv"), table);
  const document = { enrichments: [{ name: "client" }, { name: "product", kind: "lookup", options }], ...changed };
  writeFileSync(path, JSON.stringify(document, undefined, 2));
  return checkEnrichmentOptions(path);
}

/** The schemas as `pnpm schemas render` writes them, and a contract. */
function rendered(added: ReturnType<typeof check>["added"]): Record<string, JsonObject> {
  const own = [...renderSchemas(added)].map(([file, text]) => [file, JSON.parse(text) as JsonObject] as const);
  return Object.fromEntries(own.filter(([file]) => /^(envelope\/enrichment|events\/search|shared)\//.test(file)));
}

describe("a lookup of the options document", () => {
  test("is part of the schema of additions, and with it of columns, which say what is masked", async () => {
    const { added, faults, tables } = check();
    expect([faults, tables]).toEqual([[], ["products.csv"]]);
    const documents = rendered(added);
    const texts = Object.entries(documents).map(([file, value]) => [file, JSON.stringify(value)] as const);
    const { faults: ofSchemas } = await checkSchemas({ folder: new Map(texts) });
    // The newest versions alone are a folder with gaps, and without examples.
    const about = ofSchemas.filter(({ rule }) => rule !== "missing-example" && rule !== "version-gap");
    expect(about).toEqual([]);
    const [view] = renderWarehouseViews(registryOf(documents));
    const ofProduct = view?.enrichmentColumns.filter(({ name }) => name.startsWith("enrichment_product_"));
    expect(ofProduct?.map(({ name, type, comment }) => [name, type, comment])).toEqual([
      ["enrichment_product_brand", "STRING", "Brand."],
      ["enrichment_product_margin", "DECIMAL(38, 2)", "Margin. Unit: percent."],
      ["enrichment_product_buyer", "STRING", "Buyer. Sensitive (email): a pseudonym."],
    ]);
  });

  test("is asked about a column that sounds sensitive and has no annotation, as any schema is", async () => {
    const email = { type: "string", description: "Address." };
    const { added } = check({
      enrichments: [{ name: "p", kind: "lookup", options: { ...options, columns: { email } } }],
    });
    const texts = Object.entries(rendered(added)).map(([file, value]) => [file, JSON.stringify(value)] as const);
    const { faults } = await checkSchemas({ folder: new Map(texts) });
    expect(faults.map(({ rule, pointer }) => `${rule} ${pointer}`)).toContain(
      "unannotated-sensitive /properties/p/properties/email",
    );
  });

  test("is refused with the line of the document, and that of the table", () => {
    const { faults } = check({}, "sku,brand,margin_percent,buyer\np-1,Acme,1,a@b\np-2,Acme,much,a@b\n");
    expect(faults).toEqual([
      expect.objectContaining({
        file: `${path}:10`,
        pointer: "/enrichments/1/options/source",
        message: `${join(folder, "products.csv")}: line 3: column "margin_percent": must be number`,
      }),
    ]);
  });

  test("may differ by environment in where its table lies, and not in what an event gets", () => {
    const stage = (own: object) => check({ environments: { prod: { product: { options: own } } } }).faults;
    expect(stage({ source: "s3://tables/products.ndjson.gz", refreshSeconds: 60 })).toEqual([]);
    expect(stage({ key: "id" }).map(({ pointer }) => pointer)).toEqual(["/environments/prod/product/options/key"]);
    expect(stage({ source: "s3://tables/products" })[0]?.message).toMatch(/give `format`/);
    expect(stage({ maxRows: 0 })[0]?.message).toMatch(/as it holds in prod: .*maxRows must be >= 1/);
  });
});

test("a document that is no JSON, or no list, is a fault", () => {
  writeFileSync(path, "{");
  expect(checkEnrichmentOptions(path).faults.map(({ rule }) => rule)).toEqual(["json"]);
  expect(check({ enrichments: {} }).faults.map(({ message }) => message)).toEqual(["has no list `enrichments`"]);
});

test.each<[string, number]>([
  ["", 1],
  ["/a", 2],
  ["/a/1", 4],
  ["/a/1/b", 4],
  ["/a/1/c", 4],
  ["/d~1e", 6],
  ["/none", 1],
])("the line of the pointer %j is %d", (pointer, line) => {
  const json = '{\n  "a": [\n    1,\n    { "b": "x,\\n{" }\n  ],\n  "d/e": true\n}\n';
  expect(lineOfPointer(json, pointer)).toBe(line);
});
