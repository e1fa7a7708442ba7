import { describe, expect, test } from "@jest/globals";
import type { ChangeClass } from "../../src/check/history/change.ts";
import { compareSchemas } from "../../src/check/history/compare-schemas.ts";
import type { Json, JsonObject } from "../../src/registry.ts";
import { registryOf } from "../support/contracts-of.ts";

interface Case {
  change: string;
  before: JsonObject;
  after: JsonObject;
  /** `class path` of every change. */
  changes: string[];
  others?: Record<string, Json>;
}

const draft07 = { $schema: "http://json-schema.org/draft-07/schema#" };
const text = { type: "string" };
const mask = { class: "name", action: "mask" };
/** An object whose field `a` is one thing before and another one after. */
const field = (before: Json, after: Json): Pick<Case, "before" | "after"> => ({
  before: { type: "object", properties: { a: before }, additionalProperties: false },
  after: { type: "object", properties: { a: after }, additionalProperties: false },
});
/** The same combination before and after, of a definition that changes. */
const defined = (combination: JsonObject, before: Json, after: Json): Pick<Case, "before" | "after"> => ({
  before: { ...combination, $defs: { d: before } },
  after: { ...combination, $defs: { d: after } },
});
const d = { $ref: "#/$defs/d" };
const money = (required: string[]): JsonObject => ({ type: "object", properties: { amount: text }, required });

const cases: Case[] = [
  // Validation passes over them, masking does not.
  {
    change: "an annotation comes beside a reference of draft-07, below another keyword",
    ...((): Pick<Case, "before" | "after"> => {
      const of = (a: JsonObject): JsonObject => ({
        ...{ ...draft07, type: "object", properties: { a }, additionalProperties: false },
        definitions: { d: {} },
      });
      const reference = { $ref: "#/definitions/d" };
      return { before: of(reference), after: of({ ...reference, items: [{ "x-privacy": mask }] }) };
    })(),
    changes: ["revision a"],
  },
  {
    change: "an annotation comes to a definition that a dynamic reference may reach where nothing can be masked alone",
    ...((): Pick<Case, "before" | "after"> => {
      const of = ($defs: JsonObject): JsonObject => ({
        ...{ type: "object", properties: { a: { propertyNames: { $dynamicRef: "#" } } }, additionalProperties: false },
        $defs,
      });
      return { before: of({ d: {} }), after: of({ d: { properties: { b: { "x-privacy": mask } } } }) };
    })(),
    changes: ["revision a"],
  },
  // Texts that stay the same and refer to what does not.
  ...["oneOf", "anyOf"].map((keyword) => ({
    change: `a branch of ${keyword} refers to a definition that gets a required field`,
    ...defined({ [keyword]: [d] }, money([]), money(["amount"])),
    changes: ["model "],
  })),
  {
    change: "a member of allOf refers to a definition that gets a required field",
    ...defined({ allOf: [d] }, money([]), money(["amount"])),
    changes: ["model amount"],
  },
  {
    change: "a member of allOf refers to the next version of a shared schema, which takes one field more",
    before: { allOf: [{ $ref: "../../../shared/s/1-0-0.json" }] },
    after: { allOf: [{ $ref: "../../../shared/s/1-0-1.json" }] },
    others: {
      "shared/s/1-0-0.json": { type: "object", properties: { a: text }, additionalProperties: false },
      "shared/s/1-0-1.json": { type: "object", properties: { a: text, b: text }, additionalProperties: false },
    },
    changes: ["addition b"],
  },
  {
    change: "a member comes to allOf",
    before: { allOf: [{ minLength: 1 }] },
    after: { allOf: [{ minLength: 1 }, { maxLength: 3 }] },
    changes: ["model "],
  },
  ...["not", "if", "then", "contains", "unevaluatedItems"].map((keyword) => ({
    change: `${keyword} refers to a definition that takes other values`,
    ...defined({ [keyword]: d }, { minLength: 1 }, { minLength: 2 }),
    changes: ["model "],
  })),
  {
    change: "patternProperties refers to a definition that is tightened",
    ...defined({ patternProperties: { "^x": d } }, text, { ...text, maxLength: 1 }),
    changes: ["model "],
  },
  {
    change: "propertyNames refers to a definition that is tightened",
    ...defined({ propertyNames: d }, text, { ...text, maxLength: 1 }),
    changes: ["revision "],
  },
  {
    change: "a branch refers to a shared schema of which another version is named",
    before: { oneOf: [{ $ref: "../../../shared/s/1-0-0.json" }] },
    after: { oneOf: [{ $ref: "../../../shared/s/1-1-0.json" }] },
    others: { "shared/s/1-0-0.json": money([]), "shared/s/1-1-0.json": money(["amount"]) },
    changes: ["model "],
  },
  {
    change: "a branch refers to the next version of a shared schema, which differs in words",
    before: { oneOf: [{ $ref: "../../../shared/s/1-0-0.json" }] },
    after: { oneOf: [{ $ref: "../../../shared/s/1-0-1.json" }] },
    others: { "shared/s/1-0-0.json": money([]), "shared/s/1-0-1.json": { ...money([]), description: "Money." } },
    changes: [],
  },
  {
    change: "a branch that refers to itself stays",
    ...defined({ oneOf: [d] }, { items: d }, { items: d }),
    changes: [],
  },
  {
    change: "a definition inside a branch loses its annotation",
    ...defined({ oneOf: [d] }, { properties: { a: { ...text, "x-privacy": mask } } }, { properties: { a: text } }),
    changes: ["model "],
  },
  // Fields with the names of keywords.
  {
    change: "a field called `title` changes its type inside a branch",
    before: { oneOf: [{ properties: { title: text } }] },
    after: { oneOf: [{ properties: { title: { type: "number" } } }] },
    changes: ["model "],
  },
  {
    change: "a listed value differs in what it says under `description`",
    ...field({ enum: [{ description: "a" }] }, { enum: [{ description: "b" }] }),
    changes: ["model a"],
  },
  // Keywords beside `$ref` and in its target both hold.
  {
    change: "a shared schema gets a required field, and the contract beside it has some of its own",
    before: { $ref: "../../../shared/s/1-0-0.json", properties: { a: text }, required: ["a"] },
    after: { $ref: "../../../shared/s/1-1-0.json", properties: { a: text }, required: ["a"] },
    others: { "shared/s/1-0-0.json": money([]), "shared/s/1-1-0.json": money(["amount"]) },
    changes: ["model amount"],
  },
  {
    change: "a definition is tightened below a looser bound that stands beside the reference",
    ...defined({ properties: { a: { ...d, maxLength: 9 } } }, { ...text, maxLength: 5 }, { ...text, maxLength: 3 }),
    changes: ["model a"],
  },
  {
    change: "a bound appears beside $ref in draft-07, where it counts for nothing",
    before: { ...draft07, properties: { a: { $ref: "#/definitions/d" } }, definitions: { d: text } },
    after: { ...draft07, properties: { a: { $ref: "#/definitions/d", maxLength: 1 } }, definitions: { d: text } },
    changes: [],
  },
  {
    change: "a mask beside $ref goes in draft-07, where enrichment obeys it all the same",
    before: { ...draft07, properties: { a: { $ref: "#/definitions/d", "x-privacy": mask } }, definitions: { d: text } },
    after: { ...draft07, properties: { a: { $ref: "#/definitions/d" } }, definitions: { d: text } },
    changes: ["revision a"],
  },
  {
    change: "the dialect changes, and with it what counts beside $ref",
    before: { ...draft07, properties: { a: { $ref: "#/definitions/d" } }, definitions: { d: text } },
    after: { properties: { a: { $ref: "#/definitions/d" } }, definitions: { d: text } },
    changes: ["revision "],
  },
  // Keywords one by one.
  {
    change: "a tuple of draft-07 changes",
    before: { ...draft07, properties: { a: { items: [text] } } },
    after: { ...draft07, properties: { a: { items: [{ type: "number" }] } } },
    changes: ["model a"],
  },
  {
    change: "minContains goes, after which one element has to match",
    ...field({ contains: text, minContains: 0 }, { contains: text }),
    changes: ["revision a"],
  },
  { change: "no name is taken any more", ...field({}, { propertyNames: false }), changes: ["revision a"] },
  {
    change: "names are free again, and what their schema masked is not masked any more",
    ...field({ propertyNames: { then: { "x-privacy": { class: "name", action: "mask" } } } }, {}),
    changes: ["revision a"],
  },
  { change: "names are free again", ...field({ propertyNames: { maxLength: 3 } }, {}), changes: ["addition a"] },
  {
    change: "the earliest day moves on",
    ...field(
      { ...text, format: "date", formatMinimum: "2026-01-01" },
      { ...text, format: "date", formatMinimum: "2027-01-01" },
    ),
    changes: ["revision a"],
  },
  {
    change: "a time becomes any text, which its column does not take",
    ...field({ ...text, format: "date-time" }, text),
    changes: ["model a"],
  },
  { change: "a format goes that no column knows", ...field({ ...text, format: "uri" }, text), changes: ["addition a"] },
  {
    change: "a listed value of another type comes, which the column does not take",
    ...field({ enum: [1, 2] }, { enum: [1, 2, "many"] }),
    changes: ["model a", "addition a"],
  },
  { change: "integers become numbers", ...field({ type: "integer" }, { type: "number" }), changes: ["model a"] },
  { change: "uniqueItems is switched on", ...field({}, { uniqueItems: true }), changes: ["revision a"] },
  {
    change: "uniqueItems is switched off",
    ...field({ uniqueItems: true }, { uniqueItems: false }),
    changes: ["addition a"],
  },
  { change: "dependentRequired is added", ...field({}, { dependentRequired: { x: ["y"] } }), changes: ["model a"] },
  {
    change: "a condition is added",
    ...field({}, { if: text, then: { maxLength: 1 } }),
    changes: ["model a", "model a"],
  },
  { change: "a branch is added to oneOf", ...field({ oneOf: [text] }, { oneOf: [text, true] }), changes: ["model a"] },
  { change: "the constant is another one", ...field({ const: "x" }, { const: "y" }), changes: ["model a"] },
  {
    change: "unevaluatedProperties: false is added",
    ...field({ type: "object" }, { type: "object", unevaluatedProperties: false }),
    changes: ["model a"],
  },
  {
    change: "items: {} is gone beside unevaluatedItems",
    ...field({ items: {}, unevaluatedItems: text }, { unevaluatedItems: text }),
    changes: ["model a"],
  },
  {
    change: "items: {} is gone from a member of allOf below unevaluatedItems",
    ...field({ unevaluatedItems: text, allOf: [{ items: {} }] }, { unevaluatedItems: text, allOf: [{}] }),
    changes: ["model a"],
  },
  {
    change: "additionalProperties: true is gone beside unevaluatedProperties",
    ...field({ additionalProperties: true, unevaluatedProperties: text }, { unevaluatedProperties: text }),
    changes: ["model a"],
  },
  // Other properties.
  {
    change: "an object closes",
    ...field({ additionalProperties: true }, { additionalProperties: false }),
    changes: ["model a"],
  },
  {
    change: "an object opens",
    ...field({ additionalProperties: false }, { additionalProperties: true }),
    changes: ["addition a"],
  },
  {
    change: "other properties are masked no longer",
    ...field({ additionalProperties: { "x-privacy": mask } }, { additionalProperties: true }),
    changes: ["revision a"],
  },
  {
    change: "other properties are tightened",
    ...field({ additionalProperties: text }, { additionalProperties: { ...text, maxLength: 1 } }),
    changes: ["revision a"],
  },
  {
    change: "a definition of other properties changes its type",
    ...defined({ additionalProperties: d }, text, { type: "number" }),
    changes: ["model "],
  },
  // Privacy
  {
    change: "the contract says that a value is not sensitive, which had no annotation",
    ...field(text, { ...text, "x-privacy": false }),
    changes: [],
  },
  {
    change: "an action keeps more than before",
    ...field({ "x-privacy": { class: "name", action: "drop" } }, { "x-privacy": mask }),
    changes: ["revision a"],
  },
  {
    change: "what a dynamic reference leads to is tightened",
    before: {
      properties: { a: { $dynamicRef: "#node" } },
      $defs: { node: { $dynamicAnchor: "node", type: "string" } },
    },
    after: {
      properties: { a: { $dynamicRef: "#node" } },
      $defs: { node: { $dynamicAnchor: "node", type: "string", maxLength: 1 } },
    },
    changes: ["model a", "revision "],
  },
];

describe("the smallest honest step, when", () => {
  test.each(cases)("$change", ({ before, after, others, changes }) => {
    const registry = registryOf({ ...others, "events/t/a/1-0-0.json": before, "events/t/a/1-0-1.json": after });
    const [older, newer] = registry.contracts;
    const found = compareSchemas(older!, newer!, registry.resources);
    expect(found.map(({ class: kind, path }): `${ChangeClass} ${string}` => `${kind} ${path.join(".")}`)).toEqual(
      changes,
    );
  });
});
