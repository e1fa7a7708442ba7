import { expect, test } from "@jest/globals";
import { settleDynamic } from "../../../src/drill/schemas/settle-dynamic.ts";
import type { Attribute, Block } from "../../../src/drill/schemas/schema.ts";

const dynamic = (name: string): Attribute => ({
  name,
  type: "dynamic",
  required: false,
  optional: true,
  computed: false,
});
const rules = (nesting: "set" | "list"): Block => ({
  attributes: [dynamic("anything")],
  blocks: [
    { name: "rule", nesting, minItems: 0, maxItems: 0, block: { attributes: [dynamic("statement")], blocks: [] } },
  ],
});
const values = [
  { rule: [{ statement: { rate: { limit: 100 } } }, { statement: { managed: { name: "common", excluded: ["a"] } } }] },
];

test("an attribute of any type inside a set takes the type of the stack's values, all of it optional", () => {
  const settled = settleDynamic(rules("set"), values);
  const [statement] = settled.blocks[0]?.block.attributes ?? [];
  expect(statement?.nested?.attributes.map(({ name, optional }) => [name, optional])).toEqual([
    ["managed", true],
    ["rate", true],
  ]);
  const members = statement?.nested?.attributes.flatMap(({ nested }) => nested?.attributes ?? []);
  expect(members?.map(({ name, type }) => [name, type])).toEqual([
    ["excluded", ["list", "string"]],
    ["name", "string"],
    ["limit", "number"],
  ]);
});

test("elsewhere it stays dynamic", () => {
  expect(settleDynamic(rules("list"), values)).toEqual(rules("list"));
});
