import type { DataValidator, SchemaError } from "@millrace/event-contracts";
import {
  type Contract,
  isJsonObject,
  type Json,
  type JsonObject,
  parsePointer,
  placeKey,
  type SchemaPlace,
  type SchemaResources,
  typesOf,
  valueAt,
  walkSchema,
} from "@millrace/schema-graph";
import { generateSync } from "json-schema-faker";

export interface ProposedExamples {
  /** Data that the contract takes. */
  readonly valid: Json;
  /** Data that it refuses, and the words for its file's name. */
  readonly invalid: { readonly name: string; readonly data: Json };
}

/** Seeds that are tried, and corrections of one attempt. */
const ATTEMPTS = 8;
const CORRECTIONS = 40;

/** Makes up data for a contract; `undefined` when nothing valid was found. */
export function proposeExamples(
  contract: Contract,
  resources: SchemaResources,
  validate: DataValidator,
): ProposedExamples | undefined {
  const valid = findValid(contract, resources, validate);
  return valid === undefined ? undefined : { valid, invalid: findInvalid(valid, validate) };
}

function findValid(contract: Contract, resources: SchemaResources, validate: DataValidator): Json | undefined {
  const { examples } = contract.schema;
  const given = Array.isArray(examples) ? examples.find((example) => validate(example) === null) : undefined;
  if (given !== undefined) return given;
  const schema = bundle(contract, resources);
  for (let seed = 1; seed <= ATTEMPTS; seed += 1) {
    // The generator mixes the branches of a choice; an even attempt decides for one of each.
    const valid = corrected(generate(seed % 2 === 0 ? withOneBranch(schema, seed) : schema, seed), validate);
    if (valid !== undefined) return valid;
  }
  return undefined;
}

function withOneBranch(schema: JsonObject, seed: number): JsonObject {
  const copy = structuredClone(schema);
  for (const { schema: inner } of walkSchema(copy)) {
    for (const word of ["oneOf", "anyOf"]) {
      const branches = inner[word];
      if (!Array.isArray(branches) || branches.length < 2) continue;
      const branch = branches[(seed / 2) % branches.length] ?? true;
      Reflect.deleteProperty(inner, word);
      inner["allOf"] = [...(Array.isArray(inner["allOf"]) ? inner["allOf"] : []), branch];
    }
  }
  return copy;
}

function generate(schema: JsonObject, seed: number): Json {
  try {
    const options = { seed, optionalsProbability: 0, maxDepth: 16, refDepthMax: 16, maxDefaultItems: 1 };
    // `undefined` is no JSON.
    return JSON.parse(JSON.stringify(generateSync(schema, options) ?? {})) as Json;
  } catch {
    return {};
  }
}

/**
 * Changes an example by the validator's errors until there are none: the generator does not weigh every keyword against
 * all others.
 */
function corrected(data: Json, validate: DataValidator): Json | undefined {
  let value = data;
  for (let round = 0; round < CORRECTIONS; round += 1) {
    const errors = validate(value)?.errors ?? [];
    const [first] = errors;
    if (first === undefined) return value;
    const error = errors.find(({ keyword }) => correctionOf[keyword] !== undefined) ?? first;
    const next = correct(value, error);
    if (next === undefined) return undefined;
    value = next;
  }
  return undefined;
}

const emptyByType: Readonly<Record<string, Json>> = {
  object: {},
  array: [],
  string: "text",
  integer: 1,
  number: 1,
  boolean: true,
  null: null,
};

const sampleByFormat: Readonly<Record<string, string>> = {
  "date-time": "2026-01-31T12:00:00Z",
  date: "2026-01-31",
  time: "12:00:00Z",
  email: "somebody@example.com",
  hostname: "host.example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  "uri-reference": "/path",
  uuid: "6f1b7c52-6f0e-4f0e-9c55-0d9d5c6b7a10",
};

/** By keyword: the value that an error asks for, instead of the one at its place. */
const correctionOf: Readonly<Record<string, (params: Record<string, unknown>, now: Json | undefined) => Json>> = {
  const: ({ allowedValue }) => allowedValue as Json,
  enum: ({ allowedValues }) => (allowedValues as Json[])[0] ?? null,
  type: ({ type }) => emptyByType[String(Array.isArray(type) ? type[0] : type).split(",")[0] ?? ""] ?? null,
  format: ({ format }) => sampleByFormat[String(format)] ?? "text",
  minLength: ({ limit }, now) => (now as string).padEnd(Number(limit), "x"),
  maxLength: ({ limit }, now) => (now as string).slice(0, Number(limit)),
  minimum: ({ limit }) => Number(limit),
  maximum: ({ limit }) => Number(limit),
  minItems: ({ limit }, now) => [...(now as Json[]), ...Array<Json>(Math.min(100, Number(limit))).fill(null)],
  maxItems: ({ limit }, now) => (now as Json[]).slice(0, Number(limit)),
  required: ({ missingProperty }, now) => ({ ...(now as JsonObject), [String(missingProperty)]: null }),
  additionalProperties: ({ additionalProperty }, now) => without(now, String(additionalProperty)),
  unevaluatedProperties: ({ unevaluatedProperty }, now) => without(now, String(unevaluatedProperty)),
};

function without(value: Json | undefined, name: string): Json {
  return Object.fromEntries(Object.entries((value ?? {}) as JsonObject).filter(([key]) => key !== name));
}

function correct(data: Json, { keyword, instancePath, params }: SchemaError): Json | undefined {
  const make = correctionOf[keyword];
  if (make === undefined) return undefined;
  const value = make(params, valueAt(data, instancePath));
  const steps = parsePointer(instancePath);
  const last = steps.pop();
  if (last === undefined) return value;
  const copy = structuredClone(data);
  const parent = steps.reduce<Json>((inner, step) => (inner as JsonObject)[step] ?? null, copy);
  (parent as JsonObject)[last] = value;
  return copy;
}

/** Leaves out something, or is something else than an object. */
function findInvalid(valid: Json, validate: DataValidator): ProposedExamples["invalid"] {
  for (const name of Object.keys(isJsonObject(valid) ? valid : {})) {
    const data = without(valid, name);
    if (validate(data) !== null) return { name: `without-${fileName(name)}`, data };
  }
  return { name: "no-object", data: "The data of an event is an object." };
}

function fileName(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2").replaceAll(/[^A-Za-z0-9]+/g, "-");
  return words.toLowerCase().replaceAll(/^-|-$/g, "") || "a-field";
}

/** The contract as one document: each schema that a reference leads to is a definition. */
function bundle(contract: Contract, resources: SchemaResources): JsonObject {
  const keys = new Map<string, string>();
  const definitions: JsonObject = {};
  const pending: (readonly [string, SchemaPlace])[] = [];
  const copyOf = ({ schema, document, pointer: above }: SchemaPlace): JsonObject => {
    const copy = structuredClone(schema as JsonObject);
    for (const inner of walkSchema(copy)) {
      delete inner.schema["$id"];
      delete inner.schema["$schema"];
      // Of an object without it the generator takes the keywords that it does not know for properties.
      if (typesOf(inner.schema).includes("object")) inner.schema["properties"] ??= {};
      const reference = inner.schema["$ref"];
      if (typeof reference !== "string") continue;
      const target = resources.resolve(reference, document, above + inner.pointer);
      if (target === undefined) continue;
      let key = keys.get(placeKey(target));
      if (key === undefined) {
        key = `d${keys.size}`;
        keys.set(placeKey(target), key);
        pending.push([key, target]);
      }
      inner.schema["$ref"] = `#/definitions/${key}`;
    }
    return copy;
  };
  const { definitions: _, $defs: __, ...root } = copyOf({ document: contract, pointer: "", schema: contract.schema });
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [key, place] = next;
    definitions[key] = typeof place.schema === "boolean" ? place.schema : copyOf(place);
  }
  return { ...root, definitions };
}
