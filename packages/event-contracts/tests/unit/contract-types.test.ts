import { describe, expect, test } from "@jest/globals";
import ts from "typescript";
import { describeFields, renderContractDocs, renderContractTypes } from "../../src/codegen.ts";
import type { Json } from "../../src/registry.ts";
import { registryOf } from "../support/contracts-of.ts";

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

function typeErrors(text: string): string[] {
  const host = ts.createCompilerHost({});
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version) =>
    name === "a.ts" ? ts.createSourceFile(name, text, version) : read(name, version);
  const program = ts.createProgram(["a.ts"], { strict: true, noEmit: true, lib: ["lib.es2023.d.ts"], types: [] }, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

const hmac = { type: "integer", "x-privacy": { class: "id", action: "hmac" } };

describe("types of contracts", () => {
  test.each<[string, Json, string]>([
    [
      "enums and constants",
      { enum: ["a", 1, null, { b: [true] }] },
      'type TestADataV1 = "a" | 1 | null | { b: [true] };',
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
});

describe("documentation", () => {
  test("keeps its tables whole, whatever a description holds", () => {
    const registry = registryOf({
      [file]: { title: "A", properties: { a: { enum: ["x|y"], description: "one\n| two" } } },
    });
    const page = renderContractDocs(registry).get("test.a.md") ?? "";
    expect(page).toContain('| `a` | string |  | `"x\\|y"` | one \\| two |');
  });
});
