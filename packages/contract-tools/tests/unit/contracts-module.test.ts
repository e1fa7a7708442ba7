import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { buildSync } from "esbuild";
import { renderContractsModule } from "../../src/codegen.ts";
import { createAjv } from "../../src/codegen/create-ajv.ts";
import { loadRegistry } from "../../src/registry.ts";
import { contractsOf, registryOf } from "../support/contracts-of.ts";

const registry = loadRegistry(join(import.meta.dirname, "../../../../schemas"));
const idOf = (path: string): string => `https://millrace.example/schemas/${path}`;
const context = { pageUrl: "https://shop.example/", sessionId: "s-1", visitorId: "v-1" };

describe("the generated contracts module", () => {
  const contracts = contractsOf(registry);

  test("knows the newest version of each type and the type of each schema", () => {
    const id = idOf("events/search/click/1-1-0.json");
    expect(contracts.newestSchemaOf("search.click")).toBe(id);
    expect(contracts.typeOf(id)).toBe("search.click");
    expect(contracts.schemaIds()).toContain(id);
    expect(contracts.newestSchemaOf("search.nothing")).toBeUndefined();
    expect(contracts.newestSchemaOf("__proto__")).toBeUndefined();
    expect(contracts.validatorOf(idOf("events/search/click/9-0-0.json"))).toBeUndefined();
  });

  test("tells all errors of an event with what was expected", () => {
    const validate = contracts.validatorOf(idOf("events/search/click/1-0-0.json"))!;
    const data = { context: { ...context, pageUrl: 3 }, queryId: "q", query: "shoes", rank: 0 };
    expect(validate(data)).toEqual({
      count: 3,
      errors: [
        {
          instancePath: "",
          schemaPath: "#/required",
          keyword: "required",
          params: { missingProperty: "productId" },
          message: "must have required property 'productId'",
        },
        {
          instancePath: "/context/pageUrl",
          schemaPath: "#/properties/pageUrl/type",
          keyword: "type",
          params: { type: "string" },
          message: "must be string",
        },
        {
          instancePath: "/rank",
          schemaPath: "#/properties/rank/minimum",
          keyword: "minimum",
          params: { comparison: ">=", limit: 1 },
          message: "must be >= 1",
        },
      ],
    });
  });

  test("gives contracts that annotate alike one privacy map", () => {
    const mapOf = (event: string) => contracts.privacyOf(idOf(`events/${event}/1-0-0.json`));
    expect(mapOf("search/click")).toBeDefined();
    expect(mapOf("search/click")).toBe(mapOf("search/query"));
    expect(mapOf("search/click")).not.toEqual(mapOf("commerce/purchase"));
  });

  test("judges names by patterns also where what is referred to beside them refuses the value", () => {
    const $id = idOf("events/shop/note/1-0-0.json");
    const note = { $ref: "#/$defs/closed", patternProperties: { "^b": { type: "string" } } };
    const document = {
      $id,
      $schema: "https://json-schema.org/draft/2020-12/schema",
      properties: { note },
      $defs: { closed: { patternProperties: { "^b": { maxLength: 1 } }, required: ["a"] } },
    };
    const validate = contractsOf(registryOf({ "events/shop/note/1-0-0.json": document })).validatorOf($id)!;
    expect(validate({ note: { a: 1, b: "x" } })).toBeNull();
    expect(validate({ note: { b: "xx" } })?.errors.map(({ keyword }) => keyword)).toEqual(["required", "maxLength"]);
    expect(validate({ note: { a: 1, b: 1 } })?.errors.map(({ keyword }) => keyword)).toEqual(["type"]);
  });

  test("counts characters, not UTF-16 units, at both limits of a length", () => {
    const $id = idOf("events/shop/note/1-0-0.json");
    const value = { type: "string", minLength: 2, maxLength: 3 };
    const document = { $id, $schema: "https://json-schema.org/draft/2020-12/schema", properties: { value } };
    const validate = contractsOf(registryOf({ "events/shop/note/1-0-0.json": document })).validatorOf($id)!;
    const isValid = (value: string) => validate({ value }) === null;
    expect(["😀", "x", "", "\ud83d"].filter(isValid)).toEqual([]);
    expect(["😀😀", "😀😀😀", "xx", "xxx", "\ud83dx"].filter(isValid)).toHaveLength(5);
    expect(["😀😀😀😀", "xxxx", "😀😀😀x"].filter(isValid)).toEqual([]);
  });

  test("keeps nothing of one event for the next", () => {
    const validate = contracts.validatorOf(idOf("events/custom/event/1-0-0.json"))!;
    expect(validate({ name: "a b", properties: {} })?.count).toBe(1);
    expect(validate({ name: "ab", properties: {} })).toBeNull();
    expect(validate({ name: "a b", properties: {} })?.count).toBe(1);
  });

  test.each([[undefined], [null], ["text"], [[]], [Number.NaN], [true]])(
    "says of data that is %p that it is no object",
    (data) => {
      const validate = contracts.validatorOf(idOf("events/page/view/1-0-0.json"))!;
      expect(validate(data)?.errors).toMatchObject([{ keyword: "type", params: { type: "object" } }]);
    },
  );

  test("bundles into one file that holds neither Ajv's compiler nor zod and imports nothing", () => {
    const { outputFiles, metafile } = buildSync({
      stdin: { contents: renderContractsModule(registry), resolveDir: import.meta.dirname, loader: "ts" },
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "browser",
      conditions: ["@millrace/source"],
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.filter((file) => file.includes("zod") || file.includes("ajv/dist/compile"))).toEqual([]);
    expect(Object.values(metafile.outputs).flatMap((output) => output.imports)).toEqual([]);
    // A ratchet: 16 contracts, seven of them in two versions, are about 92 kB with the formats of ajv-formats.
    expect(outputFiles[0]!.contents.length).toBeLessThan(100_000);
  });
});

describe("the number of contracts", () => {
  test("does not change what one contract costs in code", () => {
    const many = (count: number): Record<string, { type: string; properties: object; additionalProperties: boolean }> =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `events/test/e${index}/1-0-0.json`,
          {
            type: "object",
            properties: {
              context: { $ref: idOf("shared/context/1-0-0.json") },
              n: { type: "integer", maximum: index },
            },
            additionalProperties: false,
          },
        ]),
      );
    const shared = { "shared/context/1-0-0.json": registry.documents.get(idOf("shared/context/1-0-0.json"))!.schema };
    const size = (count: number): number => renderContractsModule(registryOf({ ...shared, ...many(count) })).length;
    const perContract = (size(40) - size(20)) / 20;
    expect((size(80) - size(40)) / 40).toBeCloseTo(perContract, -2);
    expect(perContract).toBeLessThan(2500);
  });
});

describe("errors beyond the limit", () => {
  const list = registryOf({
    "events/test/list/1-0-0.json": {
      type: "object",
      properties: {
        items: { type: "array", items: { type: "integer" } },
        either: {
          anyOf: [
            { type: "array", items: { type: "integer" } },
            { type: "array", items: { type: "string" } },
          ],
        },
      },
    },
  });
  const id = idOf("events/test/list/1-0-0.json");

  test("are counted but not kept", () => {
    const validate = contractsOf(list, { maxErrors: 5 }).validatorOf(id)!;
    const result = validate({ items: Array.from({ length: 100_000 }, () => "x") });
    expect(result?.count).toBe(100_000);
    expect(result?.errors.map((error) => error.instancePath)).toEqual(
      [0, 1, 2, 3, 4].map((index) => `/items/${index}`),
    );
  });

  test("do not disturb the verdict of branches", () => {
    const validate = contractsOf(list, { maxErrors: 2 }).validatorOf(id)!;
    const texts = Array.from({ length: 50 }, () => "x");
    expect(validate({ either: texts })).toBeNull();
    expect(validate({ either: [...texts, 1] })?.count).toBe(52);
    expect(validate({ items: texts, either: texts })?.count).toBe(50);
  });
});

describe("documents of other teams", () => {
  test("draft-07 works as draft-07: tuples, dependencies, definitions, ignored siblings of $ref", () => {
    const contracts = contractsOf(
      registryOf({
        "events/test/old/1-0-0.json": {
          $schema: "http://json-schema.org/draft-07/schema#",
          type: "object",
          properties: {
            pair: { type: "array", items: [{ type: "string" }, { type: "number" }], additionalItems: false },
            ref: { $ref: "#/definitions/short", maxLength: 1 },
          },
          dependencies: { pair: ["ref"] },
          definitions: { short: { type: "string", maxLength: 3 } },
        },
      }),
    );
    const validate = contracts.validatorOf(idOf("events/test/old/1-0-0.json"))!;
    expect(validate({ pair: ["a", 1], ref: "abc" })).toBeNull();
    expect(
      validate({ pair: ["a", 1, 2] })
        ?.errors.map((error) => error.keyword)
        .sort(),
    ).toEqual(["additionalItems", "dependencies"]);
    expect(validate({ ref: "abcd" })?.errors).toMatchObject([{ instancePath: "/ref", keyword: "maxLength" }]);
  });

  test("a recursive schema follows the data as deep as the stack goes, and then says so", () => {
    const contracts = contractsOf(
      registryOf({
        "events/test/tree/1-0-0.json": {
          type: "object",
          properties: { child: { $ref: "#" }, n: { type: "integer" } },
          additionalProperties: false,
        },
      }),
    );
    const validate = contracts.validatorOf(idOf("events/test/tree/1-0-0.json"))!;
    expect(validate({ child: { child: { n: 1 } } })).toBeNull();
    expect(validate({ child: { child: { n: "1" } } })?.errors).toMatchObject([{ instancePath: "/child/child/n" }]);
    let deep: object = {};
    for (let level = 0; level < 200_000; level += 1) deep = { child: deep };
    expect(validate(deep)?.errors).toMatchObject([{ keyword: "nesting" }]);
  });

  test("two documents may refer to each other, and to parts of each other", () => {
    const contracts = contractsOf(
      registryOf({
        "events/test/a/1-0-0.json": {
          type: "object",
          properties: { b: { $ref: "../b/1-0-0.json" } },
          $defs: { n: { type: "integer" } },
        },
        "events/test/b/1-0-0.json": {
          type: "object",
          properties: { a: { $ref: "../a/1-0-0.json" }, n: { $ref: "../a/1-0-0.json#/$defs/n" } },
        },
      }),
    );
    for (const name of ["a", "b"]) {
      const validate = contracts.validatorOf(idOf(`events/test/${name}/1-0-0.json`))!;
      expect(validate({ a: { b: { n: 1 } }, b: { n: 1 } })).toBeNull();
      expect(validate(name === "a" ? { b: { n: "x" } } : { a: { b: { n: "x" } } })?.count).toBe(1);
    }
  });

  test("values of the schema that Ajv looks up at run time survive: large enums, const objects, type lists", () => {
    const many = Array.from({ length: 300 }, (_, index) => `v${index}`);
    const contracts = contractsOf(
      registryOf({
        "events/test/values/1-0-0.json": {
          description: "Left out of the code.",
          type: "object",
          properties: {
            "odd \"name'": { enum: many },
            fixed: { const: { a: [1, { b: null }] } },
            either: { type: ["string", "null"] },
            description: { type: "integer" },
          },
        },
      }),
    );
    const validate = contracts.validatorOf(idOf("events/test/values/1-0-0.json"))!;
    expect(
      validate({ "odd \"name'": "v299", fixed: { a: [1, { b: null }] }, either: null, description: 1 }),
    ).toBeNull();
    const errors = validate({ "odd \"name'": "w", fixed: { a: [] }, either: 1, description: "x" })?.errors;
    expect(errors?.map((error) => error.keyword)).toEqual(["enum", "const", "type", "type"]);
    expect(errors?.[0]?.params).toEqual({ allowedValues: many });
  });
});

describe("messages", () => {
  test("are Ajv's own, keyword by keyword", () => {
    const schema = {
      type: "object",
      required: ["missing"],
      minProperties: 30,
      properties: {
        a: { type: "integer", minimum: 5, multipleOf: 3 },
        b: { type: "string", maxLength: 1, pattern: "^z", format: "email" },
        c: { type: "array", minItems: 3, uniqueItems: true, contains: { type: "null" }, minContains: 2 },
        d: { oneOf: [{ type: "string" }, { type: "string" }], not: { type: "string" } },
        e: { anyOf: [{ type: "null" }, { enum: [1] }] },
        f: { const: 1 },
        g: { if: { type: "string" }, then: { minLength: 9 } },
        h: false,
        i: { type: "object", propertyNames: { maxLength: 1 }, additionalProperties: false },
        j: { type: "object", dependentRequired: { x: ["y"] }, maxProperties: 0 },
        k: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 0 },
        l: { prefixItems: [true], items: false, maxItems: 0 },
        m: { type: "object", unevaluatedProperties: false },
        n: { type: "array", unevaluatedItems: false },
        o: { type: ["string", "null"] },
        p: { type: "string", format: "date", formatMinimum: "2026-01-01" },
      },
    } as const;
    const data = {
      ...{
        a: 1.5,
        b: "yy",
        c: [1, 1],
        d: "x",
        e: "x",
        f: 2,
        g: "x",
        h: 1,
        i: { long: 1 },
        j: { x: 1 },
        k: 0,
        l: [1, 2],
      },
      ...{ m: { x: 1 }, n: [1], o: 3, p: "2025-01-01" },
    };
    const reference = createAjv("2020-12", { messages: true }).compile(schema);
    reference(data);
    const contracts = contractsOf(registryOf({ "events/test/all/1-0-0.json": schema as never }));
    const result = contracts.validatorOf(idOf("events/test/all/1-0-0.json"))!(data);
    const slim = (error: { keyword: string; message?: string; params: object }): object => ({
      keyword: error.keyword,
      message: error.message,
      params: error.params,
    });
    expect(result?.errors.map(slim)).toEqual(reference.errors?.map(slim));
    expect(new Set(result?.errors.map((error) => error.keyword)).size).toBeGreaterThanOrEqual(25);
  });
});
