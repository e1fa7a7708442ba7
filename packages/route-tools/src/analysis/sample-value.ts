import { typesOf } from "@millrace/schema-graph";
import { shortestText } from "./sample-text.ts";
import type { Location, SchemaReader, Shape } from "./schema-shapes.ts";
import { languagesOfSchema } from "./string-language.ts";

const MAX_DEPTH = 8;

/** A value that a place may hold: what is required, and nothing more. */
export function sampleOf(location: Location, reader: SchemaReader, depth = 0): unknown {
  const [placed] = location.shapes;
  if (placed === undefined || depth > MAX_DEPTH) return "any";
  const shape = placed.map(({ schema }) => schema);
  const types = shape.flatMap(typesOf);
  if (types.includes("array")) {
    const elements = location.shapes.filter((one) => !one.some(({ schema }) => typesOf(schema).includes("array")));
    return elements.length === 0 ? [] : [sampleOf({ shapes: elements, isOpen: false }, reader, depth + 1)];
  }
  if (types.includes("object") || (types.length === 0 && shape.some(({ properties }) => properties !== undefined))) {
    const here: Location = { shapes: [placed], isOpen: false };
    const required = new Set(shape.flatMap(({ required: keys }) => (Array.isArray(keys) ? (keys as string[]) : [])));
    return Object.fromEntries([...required].map((key) => [key, sampleOf(reader.child(here, key), reader, depth + 1)]));
  }
  return sampleScalars(shape)[0] ?? "any";
}

/** Scalars that a place may hold, some of them at its bounds; none for objects. */
export function samplesAt(location: Location): unknown[] {
  if (location.isOpen || location.shapes.length === 0) return ["any", 1, true];
  return location.shapes.flatMap((shape) => sampleScalars(shape.map(({ schema }) => schema)));
}

function sampleScalars(shape: Shape): unknown[] {
  for (const schema of shape) {
    if (Array.isArray(schema["enum"])) return schema["enum"];
    if (Object.hasOwn(schema, "const")) return [schema["const"]];
  }
  const types = shape.flatMap(typesOf);
  return types.flatMap((type): unknown[] => {
    if (type === "boolean") return [true, false];
    if (type === "null") return [null];
    if (type === "integer" || type === "number") return sampleNumbers(shape);
    return type === "string" ? [sampleText(shape)].filter((text) => text !== undefined) : [];
  });
}

function sampleNumbers(shape: Shape): number[] {
  const all = (keyword: string): number[] =>
    shape.flatMap((schema) => (typeof schema[keyword] === "number" ? [schema[keyword]] : []));
  const low = Math.max(0, ...all("minimum"), ...all("exclusiveMinimum").map((value) => value + 1));
  const high = Math.min(low + 1_000_000, ...all("maximum"), ...all("exclusiveMaximum").map((value) => value - 1));
  return [...new Set([low, Math.round((low + high) / 2), high])];
}

function sampleText(shape: Shape): string | undefined {
  const languages = shape.flatMap((schema) => languagesOfSchema(schema));
  const shortest = languages.length === 0 ? "text" : shortestText(languages);
  const lengths = (keyword: string): number[] =>
    shape.flatMap((schema) => (typeof schema[keyword] === "number" ? [schema[keyword]] : []));
  if (shortest === undefined || languages.length > 0) return shortest;
  return shortest.padEnd(Math.max(0, ...lengths("minLength")), "x").slice(0, Math.min(4_096, ...lengths("maxLength")));
}
