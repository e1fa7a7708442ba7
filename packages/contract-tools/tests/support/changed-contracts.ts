import { type Draft, keywordsOf, walkSchema } from "@millrace/schema-graph";
import fc from "fast-check";
import { isAbove } from "../../src/check/history/change.ts";
import { compareSchemas } from "../../src/check/history/compare-schemas.ts";
import { endlessRef } from "../../src/check/lint/references.ts";
import type { Json, JsonObject, Registry } from "../../src/registry.ts";
import { createCompiler } from "../../src/codegen/create-ajv.ts";
import { addDocument } from "../../src/codegen/validation-schema.ts";
import { dialectUris } from "../../src/import/source-dialects.ts";
import { contractsOf, registryOf } from "./contracts-of.ts";

// `title` is also a keyword, so it must not be taken for one where it is the name of a field.
const name = fc.constantFrom("a", "b", "title");

const small = fc.nat({ max: 3 });

const data: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<Json>("", "x", "xx", "2026-11-20", 0, 1, 2.5, true, null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 3, noNullPrototype: true }) as fc.Arbitrary<Json>,
  ),
})).value;

const definitionsOf = { "2020-12": "$defs", "draft-07": "definitions" } as const;

/** Every keyword with an effect, each absent more often than not; `often` has those that come more often. */
const anySchemaOf = (draft: Draft, often: readonly string[]): fc.Arbitrary<JsonObject> =>
  fc.letrec<{ schema: JsonObject }>((tie) => {
    const inner = fc.oneof({ weight: 4, arbitrary: tie("schema") }, { weight: 1, arbitrary: fc.boolean() });
    const map = fc.dictionary(name, inner, { maxKeys: 2, noNullPrototype: true });
    const list = fc.array(inner, { minLength: 1, maxLength: 2 });
    const keywords: Record<string, fc.Arbitrary<unknown>> = {
      $ref: fc.constantFrom(
        `#/${definitionsOf[draft]}/one`,
        `#/${definitionsOf[draft]}/two`,
        draft === "draft-07" ? "../../../shared/t/1-0-0.json" : "../../../shared/s/1-0-0.json",
        ...(draft === "draft-07" ? [] : ["#two"]),
      ),
      $dynamicRef: fc.constant("#"),
      type: fc.oneof(
        fc.constantFrom("string", "integer", "number", "object", "array", "boolean"),
        fc.constant(["string", "null"]),
      ),
      enum: fc.uniqueArray(fc.constantFrom<Json>("x", "xx", 1, null), { minLength: 1 }),
      const: fc.constantFrom<Json>("x", 1, null),
      minimum: small,
      exclusiveMaximum: small,
      multipleOf: fc.constantFrom(1, 2),
      minLength: small,
      maxLength: small,
      pattern: fc.constantFrom("^x", "x$"),
      format: fc.constantFrom("date", "uri"),
      formatMinimum: fc.constantFrom("2026-01-01", "2027-01-01"),
      properties: map,
      patternProperties: fc.record({ "^b": inner }),
      additionalProperties: inner,
      unevaluatedProperties: inner,
      propertyNames: inner,
      required: fc.uniqueArray(name, { maxLength: 2 }),
      dependentRequired: fc.record({ a: fc.uniqueArray(name, { maxLength: 2 }) }),
      dependentSchemas: fc.record({ a: inner }),
      minProperties: small,
      maxProperties: small,
      items: draft === "draft-07" ? fc.oneof(inner, list) : inner,
      additionalItems: inner,
      dependencies: fc.record({ a: fc.oneof(inner, fc.uniqueArray(name, { maxLength: 2 })) }),
      contentSchema: inner,
      contentMediaType: fc.constant("application/json"),
      prefixItems: list,
      contains: inner,
      minContains: small,
      maxContains: small,
      uniqueItems: fc.boolean(),
      minItems: small,
      maxItems: small,
      unevaluatedItems: inner,
      allOf: list,
      anyOf: list,
      oneOf: list,
      not: inner,
      if: inner,
      then: inner,
      else: inner,
      "x-privacy": fc.constantFrom({ class: "name", action: "mask" }, { class: "name", action: "drop" }, false),
    };
    const names = Object.keys(keywords).filter((word) => word === "x-privacy" || keywordsOf(draft).has(word));
    return {
      schema: fc
        .uniqueArray(fc.constantFrom(...names, ...often), { maxLength: 3, depthIdentifier: "schema" })
        .chain((chosen) =>
          fc.record(Object.fromEntries(chosen.map((keyword) => [keyword, keywords[keyword] ?? fc.constant(true)])), {
            noNullPrototype: true,
          }),
        ) as fc.Arbitrary<JsonObject>,
    };
  }).schema;

/** A contract made of any keywords. */
export const contractOf = (draft: Draft, often: readonly string[] = []): fc.Arbitrary<JsonObject> => {
  const anySchema = anySchemaOf(draft, often);
  const anchored = anySchema.map((schema) => ({ ...schema, ...(draft === "draft-07" ? {} : { $anchor: "two" }) }));
  return fc.record(
    {
      $schema: fc.constant(dialectUris[draft]),
      type: fc.constant("object"),
      properties: fc.dictionary(name, anySchema, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
      additionalProperties: fc.boolean(),
      [definitionsOf[draft]]: fc.record({ one: anySchema, two: anchored }, { noNullPrototype: true }),
    },
    { noNullPrototype: true },
  ) as fc.Arbitrary<JsonObject>;
};

const person = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
export const shared = {
  "shared/s/1-0-0.json": person,
  "shared/t/1-0-0.json": { $schema: dialectUris["draft-07"], ...person },
};

export interface Edit {
  where: number;
  from: number;
  keyword: number;
  isRemoval: boolean;
}

export const edit: fc.Arbitrary<Edit> = fc.record({
  where: fc.nat(),
  from: fc.nat(),
  keyword: fc.nat(),
  isRemoval: fc.boolean(),
});

/** Takes a keyword out of one of the schemas inside a document, or gives it one of a schema inside another document. */
export function withEdit(root: JsonObject, donor: JsonObject, { where, from, keyword, isRemoval }: Edit): JsonObject {
  const copy = structuredClone(root);
  const targets = [...walkSchema(copy)].filter(({ pointer }) => pointer !== "");
  const donors = [...walkSchema(donor)];
  const target = targets[where % targets.length]?.schema ?? copy;
  const source = isRemoval ? target : (donors[from % donors.length]?.schema ?? {});
  const keywords = Object.keys(source).filter((word) => !["$defs", "definitions", "$schema"].includes(word));
  const chosen = keywords[keyword % keywords.length];
  if (chosen === undefined) return copy;
  if (isRemoval) Reflect.deleteProperty(target, chosen);
  else target[chosen] = structuredClone(source[chosen] ?? true);
  return copy;
}

/** Returns the validators of both versions; none for a reference to itself, which the gate refuses. */
export function verdictsOf(registry: Registry): ((value: Json) => boolean)[] {
  if (registry.contracts.some((contract) => endlessRef(contract, registry).length > 0)) return [];
  try {
    const contracts = contractsOf(registry);
    return registry.contracts.map(
      ({ id }) =>
        (value) =>
          contracts.validatorOf(id)?.(value) === null,
    );
  } catch {
    return [];
  }
}

/** The data of events. */
export const events = fc.array(fc.dictionary(name, data, { maxKeys: 3, noNullPrototype: true }), {
  minLength: 10,
  maxLength: 25,
}) as fc.Arbitrary<Json[]>;

/** Two versions of a contract, and events to try on both. */
export interface ChangedContract {
  readonly registry: Registry;
  readonly values: readonly Json[];
}

/** Any contract, and what one or two edits make of it. */
export const changedContractOf = (draft: Draft): fc.Arbitrary<ChangedContract> =>
  fc
    .tuple(contractOf(draft), contractOf(draft), fc.array(edit, { minLength: 1, maxLength: 2 }), events)
    .map(([root, donor, edits, values]) => {
      const next = edits.reduce((schema, change) => withEdit(schema, donor, change), root);
      const files = { ...shared, "events/test/a/1-0-0.json": root, "events/test/a/1-0-1.json": next };
      return { registry: registryOf(files), values };
    });

/** True if nothing that the comparison tells is more than an ADDITION. */
export function isToldCompatible({ contracts: [older, newer], resources }: Registry): boolean {
  if (older === undefined || newer === undefined) throw new Error("There are two versions.");
  return !compareSchemas(older, newer, resources).some((change) => isAbove(change.class, "addition"));
}

export interface FuzzResult {
  /** Changes that were tried, and those with an event that the older version takes and the newer one refuses. */
  readonly pairs: number;
  readonly witnessed: number;
  /** Of these, the ones that were told compatible, as JSON. */
  readonly falseCompatible: readonly string[];
}

/** Making an Ajv takes longer than a verdict, and one keeps the code of all that it ever compiled. */
function quickVerdictsOf(registry: Registry, ajv: ReturnType<typeof createCompiler>): ((value: Json) => boolean)[] {
  ajv.removeSchema();
  const [{ draft } = { draft: "2020-12" }] = registry.contracts;
  const documents = [...registry.documents.values()].filter((document) => document.draft === draft);
  try {
    for (const document of documents) addDocument(ajv, document);
    return registry.contracts.map(
      ({ id }) =>
        (value) =>
          ajv.getSchema(id)?.(value) === true,
    );
  } catch {
    return [];
  }
}

const drafts: readonly Draft[] = ["2020-12", "draft-07"];
const samples = drafts.map((draft) => [draft, changedContractOf(draft)] as const);

/** Tries changes, of both dialects in turn, until so many have a witness: an event that the change breaks. */
export function fuzzChanges(options: { readonly seed: number; readonly witnessed: number }): FuzzResult {
  const falseCompatible: string[] = [];
  let [pairs, witnessed] = [0, 0];
  for (let batch = 0; witnessed < options.witnessed; batch += 1) {
    const [draft, changed] = samples[batch % samples.length] ?? samples[0]!;
    const ajv = createCompiler(draft);
    for (const { registry, values } of fc.sample(changed, { seed: options.seed + batch, numRuns: 100 })) {
      const [before, after] = quickVerdictsOf(registry, ajv);
      if (before === undefined || after === undefined) continue;
      pairs += 1;
      const witness = findWitness(values, before, after);
      if (witness === undefined) continue;
      witnessed += 1;
      const schemas = registry.contracts.map(({ schema }) => schema);
      if (isToldCompatible(registry)) falseCompatible.push(JSON.stringify({ schemas, witness }));
    }
  }
  return { pairs, witnessed, falseCompatible };
}

/**
 * Returns an event that the older version takes and the newer one refuses. A reference to itself has no meaning, so it
 * has no such event.
 */
function findWitness(
  values: readonly Json[],
  before: (value: Json) => boolean,
  after: (value: Json) => boolean,
): Json | undefined {
  try {
    return values.find((value) => before(value) && !after(value));
  } catch {
    return undefined;
  }
}
