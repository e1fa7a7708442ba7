import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { checkOptions } from "../../../scripts/check-options.ts";
import { createEnrichments, enrichmentDefinitions, resolveOptions } from "@millrace/enrichments";
import { defaultEnrichments } from "../../../src/index.ts";
import document from "../../../options/enrichments.json" with { type: "json" };
import schema from "../../../options/enrichments.schema.json" with { type: "json" };

const folder = mkdtempSync(join(tmpdir(), "enrichment-options-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(document: unknown): ReturnType<typeof checkOptions> {
  const path = join(folder, "options.json");
  writeFileSync(path, JSON.stringify(document));
  return checkOptions(path);
}

const shipped: {
  readonly enrichments: readonly {
    readonly name: string;
    readonly enabled?: boolean;
    readonly options?: { readonly database?: string };
  }[];
} = document;
const page = { name: "page", options: { pointers: ["/data/url"] } };
const resources = { readFile: () => new Uint8Array() };

describe("the options document", () => {
  test("that is shipped follows its schema, and runs everything but what needs a database of its own", () => {
    checkOptions(join(import.meta.dirname, "../../../options/enrichments.json"));
    const off = shipped.enrichments.filter(({ enabled }) => enabled === false);
    expect(off.filter(({ options }) => options?.database === undefined)).toEqual([]);
    expect(off.map(({ name }) => name)).toContain("network");
    const all = enrichmentDefinitions.map(({ name }) => name);
    expect(new Set(defaultEnrichments("prod", resources).map(({ name }) => name))).toEqual(
      new Set(all.filter((name) => off.every((entry) => entry.name !== name))),
    );
  });

  test("has a schema that knows every enrichment there is", () => {
    expect([...schema.$defs.name.enum].sort()).toEqual(enrichmentDefinitions.map(({ name }) => name).sort());
  });

  test.each<[string, unknown, RegExp]>([
    [
      "an enrichment that does not exist",
      { enrichments: [{ name: "weather" }] },
      /enrichments\/0\/name must be equal to one of/,
    ],
    [
      "options of another enrichment",
      { enrichments: [{ name: "userAgent", options: { x: 1 } }] },
      /must NOT have more than 0/,
    ],
    ["a missing option", { enrichments: [{ name: "geo", options: {} }] }, /must have required property 'database'/],
    ["an option of the wrong type", { enrichments: [{ name: "page", options: { pointers: "/x" } }] }, /must be array/],
    ["a pointer that is none", { enrichments: [{ name: "page", options: { pointers: ["x"] } }] }, /must match pattern/],
    ["a misspelled property", { enrichments: [], environment: {} }, /must NOT have additional properties/],
    ["the same enrichment twice", { enrichments: [page, page] }, /listed twice/],
    [
      "an environment that makes it wrong",
      { enrichments: [page], environments: { prod: { page: { options: { pointers: [] } } } } },
      /as it holds in prod: \/enrichments\/0\/options\/pointers must NOT have fewer than 1/,
    ],
  ])("is refused with %s", (_, document, message) => {
    expect(() => check(document)).toThrow(message);
  });

  test("names all faults at once", () => {
    expect(() => check({ enrichments: [{ name: "weather" }, { name: "geo" }] })).toThrow(
      /enrichments\/0.*enrichments\/1/,
    );
  });

  test("decides the order", () => {
    const entries = [{ name: "bot" }, { name: "client" }];
    expect(createEnrichments(entries, resources).map(({ name }) => name)).toEqual(["bot", "client"]);
  });

  test("differs by environment: on and off, and single options", () => {
    const document = {
      enrichments: [
        { name: "clock", options: { toleranceMs: 1, maxAgeMs: 2 } },
        { name: "client" },
        { name: "bot", enabled: false },
      ],
      environments: {
        dev: { clock: { options: { maxAgeMs: 3 } }, client: { enabled: false }, bot: { enabled: true } },
      },
    };
    expect(resolveOptions(document, "dev").map(({ name, options }) => [name, options])).toEqual([
      ["clock", { toleranceMs: 1, maxAgeMs: 3 }],
      ["bot", {}],
    ]);
    expect(resolveOptions(document, "prod").map(({ name, options }) => [name, options])).toEqual([
      ["clock", { toleranceMs: 1, maxAgeMs: 2 }],
      ["client", {}],
    ]);
  });
});
