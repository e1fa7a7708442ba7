import { describe, expect, test } from "@jest/globals";
import { describeFields, renderContractDocs, renderContractTypes, renderWarehouseViews } from "../../src/codegen.ts";
import type { Json } from "../../src/registry.ts";
import { registryOf } from "../support/contracts-of.ts";
import { typeErrors } from "../support/type-errors.ts";

const file = "events/test/a/1-0-0.json";
const render = (schema: Json, others: Record<string, Json> = {}): string =>
  renderContractTypes(registryOf({ [file]: schema, ...others }));

/** The lines of one declaration, without comments and the spaces of the layout. */
function declaration(text: string, name: string): string {
  const start = text.search(new RegExp(`export (interface|type) ${name}\\b`));
  const rest = text.slice(start);
  const end = rest.search(/\n\n|$(?![\s\S])/);
  return rest
    .slice(0, end)
    .replaceAll(/\/\*\*.*?\*\//g, "")
    .replaceAll(/\s+/g, " ")
    .replace("export ", "")
    .trim();
}

const hmac = { type: "integer", "x-privacy": { class: "id", action: "hmac" } };

describe("types of contracts", () => {
  test.each<[string, Json, string]>([
    [
      "enums and constants",
      { enum: ["a", 1, null, { b: [true] }] },
      'type TestADataV1 = "a" | 1 | null | { b: [true] };',
    ],
    [
      "references of draft-07, beside which nothing counts",
      {
        $schema: "http://json-schema.org/draft-07/schema#",
        properties: { a: { $ref: "#/definitions/n", type: "string", required: ["b"] } },
        additionalProperties: false,
        definitions: { n: { type: "integer" } },
      },
      "interface TestADataV1 { a?: TestADataV1_N; }",
    ],
    ["lists of types", { type: ["string", "null"] }, "type TestADataV1 = string | null;"],
    [
      "arrays of unions",
      { type: "array", items: { type: ["string", "integer"] } },
      "type TestADataV1 = (string | number)[];",
    ],
    [
      "arrays of one of two objects",
      {
        type: "array",
        items: {
          oneOf: [
            { properties: { a: { const: 1 } }, additionalProperties: false },
            { properties: { b: { const: 2 } }, additionalProperties: false },
          ],
        },
      },
      "type TestADataV1 = ({ a?: 1; } | { b?: 2; })[];",
    ],
    [
      "texts with brackets in them",
      { type: "array", items: { enum: ["{", "a|b"] } },
      'type TestADataV1 = ("{" | "a|b")[];',
    ],
    [
      "maps",
      { type: "object", additionalProperties: { type: "boolean" } },
      "interface TestADataV1 { [key: string]: boolean; }",
    ],
    [
      "open objects",
      { properties: { a: { type: "string" } } },
      "interface TestADataV1 { a?: string; [key: string]: unknown; }",
    ],
    [
      "objects without properties",
      { type: "object", additionalProperties: false },
      "type TestADataV1 = Record<string, never>;",
    ],
    [
      "odd names",
      { properties: { "a-b": { type: "string" } }, required: ["a-b"], additionalProperties: false },
      'interface TestADataV1 { "a-b": string; }',
    ],
    [
      "allOf as an intersection",
      { allOf: [{ properties: { a: { type: "string" } }, required: ["a"] }], properties: { b: { type: "number" } } },
      "type TestADataV1 = { b?: number; [key: string]: unknown; } & { a: string; [key: string]: unknown; };",
    ],
    [
      "branches that only constrain as nothing",
      {
        type: "object",
        properties: { a: { type: "string" } },
        additionalProperties: false,
        anyOf: [{ required: ["a"] }, {}],
      },
      "interface TestADataV1 { a?: string; }",
    ],
    [
      "false as never",
      { properties: { a: false }, additionalProperties: false },
      "interface TestADataV1 { a?: never; }",
    ],
  ])("express %s", (_, schema, expected) => {
    const text = render(schema);
    expect(declaration(text, "TestADataV1")).toBe(expected);
    expect(typeErrors(text)).toEqual([]);
  });

  test("name what is referred to, also in a recursion and between documents", () => {
    const text = render(
      {
        properties: { child: { $ref: "#" }, s: { $ref: "../../../shared/s/1-0-0.json#/$defs/short" } },
        additionalProperties: false,
      },
      { "shared/s/1-0-0.json": { $defs: { short: { type: "string" } } } },
    );
    expect(declaration(text, "TestADataV1")).toBe("interface TestADataV1 { child?: TestADataV1; s?: SV1_Short; }");
    expect(declaration(text, "SV1_Short")).toBe("type SV1_Short = string;");
    expect(typeErrors(text)).toEqual([]);
  });

  test("show consumers what masking leaves, in every MODEL that may be on the way", () => {
    const text = render(
      { properties: { id: hmac, gone: { "x-privacy": { class: "x", action: "drop" } } }, additionalProperties: false },
      { "events/test/a/2-0-0.json": { properties: { id: { type: "string" } }, additionalProperties: false } },
    );
    expect(declaration(text, "EventDataByType")).toBe('interface EventDataByType { "test.a": TestADataV2; }');
    expect(declaration(text, "MaskedEventDataByType")).toBe(
      'interface MaskedEventDataByType { "test.a": MaskedTestADataV1 | MaskedTestADataV2; }',
    );
    expect(declaration(text, "MaskedTestADataV1")).toBe("interface MaskedTestADataV1 { id?: string; }");
    expect(typeErrors(text)).toEqual([]);
  });

  test("know what masking leaves where a reference or a branch asks for it, of nothing, and of elements", () => {
    const text = render({
      properties: {
        gone: { $ref: "#/$defs/gone" },
        either: { oneOf: [{ type: "number", "x-privacy": { class: "x", action: "mask" } }, { type: "boolean" }] },
        nothing: { type: ["number", "null"], "x-privacy": { class: "x", action: "mask" } },
        branch: { anyOf: [{ type: "number" }, { type: "null" }], "x-privacy": { class: "x", action: "mask" } },
        listed: { enum: ["a", null], "x-privacy": { class: "x", action: "mask" } },
        referred: { allOf: [{ $ref: "#/$defs/number" }], "x-privacy": { class: "x", action: "mask" } },
        list: { type: "array", items: { $ref: "#/$defs/gone" } },
      },
      $defs: { number: { type: "number" }, gone: { type: "number", "x-privacy": { class: "x", action: "drop" } } },
      additionalProperties: false,
    });
    expect(declaration(text, "MaskedTestADataV1")).toBe(
      "interface MaskedTestADataV1 { either?: string; nothing?: string | null; branch?: string | null; " +
        "listed?: string | null; referred?: string; list?: null[]; }",
    );
    expect(typeErrors(text)).toEqual([]);
  });

  test("cannot be broken out of by a description", () => {
    expect(typeErrors(render({ description: "a */ nonsense", properties: { a: { description: "*/ x" } } }))).toEqual(
      [],
    );
  });
});

describe("describeFields", () => {
  test("sees through references and branches, marks what is always required, and ends on recursion", () => {
    const registry = registryOf({
      [file]: {
        properties: { id: { type: "string" }, children: { type: "array", items: { $ref: "#" } } },
        required: ["id"],
        oneOf: [
          { properties: { token: { type: "string" } }, required: ["token"] },
          { properties: { key: { const: "k" } } },
        ],
      },
    });
    const fields = describeFields(registry.newestOf("test.a")!, registry.resources);
    expect(fields.map(({ path, isRequired, types }) => [path.join("."), isRequired, types.join()])).toEqual([
      ["id", true, "string"],
      ["children", false, "array"],
      ["token", false, "string"],
      ["key", false, "string"],
    ]);
  });

  test("describes what has no name of its own: elements, free names and what a condition adds", () => {
    const mask = { class: "name", action: "mask" };
    const registry = registryOf({
      [file]: {
        type: "object",
        properties: {
          tags: { type: "array", items: { type: "string", maxLength: 9, "x-privacy": mask } },
          pair: { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }] },
          counts: { type: "object", patternProperties: { "^c": { type: "integer" } }, additionalProperties: false },
          people: {
            type: "object",
            additionalProperties: { properties: { name: { type: "string", "x-privacy": mask } } },
          },
          kind: { type: "string" },
        },
        if: { properties: { kind: { const: "a" } } },
        then: { properties: { kind: { const: "a" }, more: { type: "string", "x-privacy": mask } }, required: ["more"] },
        dependentSchemas: { kind: { properties: { why: { type: "string" } } } },
      },
    });
    const fields = describeFields(registry.newestOf("test.a")!, registry.resources);
    const told = fields.map(({ path, types, limits, privacy, isRequired, values }) =>
      [path.join("."), types.join("|"), ...limits, privacy?.action ?? "", isRequired, JSON.stringify(values)]
        .join(" ")
        .trimEnd(),
    );
    expect(told).toEqual([
      "tags array  false",
      "tags.[] string at most 9 characters mask false",
      "pair array  false",
      "pair.[] string|integer  false",
      "counts object  false",
      "counts./^c/ integer  false",
      "people object  false",
      "people.* object  false",
      "people.*.name string mask false",
      "kind string  false",
      "more string mask false",
      "why string  false",
    ]);
    const columns = renderWarehouseViews(registry)[0]?.columns.map(({ name, type }) => `${name} ${type}`);
    expect(columns).toEqual([
      ...["tags JSON", "pair JSON", "counts JSON", "people JSON"],
      ...["kind STRING", "more STRING", "why STRING"],
    ]);
  });

  test("gives what is masked as a whole one column, and its fields none", () => {
    const registry = registryOf({
      [file]: {
        properties: {
          who: { type: "object", properties: { id: { type: "integer" } }, "x-privacy": { class: "x", action: "hmac" } },
        },
      },
    });
    const [view] = renderWarehouseViews(registry);
    expect(view?.columns.map(({ name, type }) => [name, type])).toEqual([["who", "STRING"]]);
  });
});

describe("documentation", () => {
  test("says what is new in each version", () => {
    const registry = registryOf({
      [file]: { type: "object", properties: { a: { type: "integer", maximum: 5 } }, additionalProperties: false },
      "events/test/a/1-0-1.json": {
        type: "object",
        properties: { a: { type: "integer", maximum: 9 }, b: { type: "string" } },
        additionalProperties: false,
      },
    });
    const page = renderContractDocs(registry).get("test.a.md") ?? "";
    expect(page).toContain(
      "- [1-0-1](../../schemas/events/test/a/1-0-1.json): `a`: `maximum` changes from `5` to `9`. The field `b` is new.\n- [1-0-0]",
    );
  });

  test("keeps its tables whole, whatever a description holds", () => {
    const registry = registryOf({
      [file]: { title: "A", properties: { a: { enum: ["x|y"], description: "one\n| two" } } },
    });
    const page = renderContractDocs(registry).get("test.a.md") ?? "";
    expect(page).toContain('| `a` | string |  | `"x\\|y"` | one \\| two |');
  });
});
