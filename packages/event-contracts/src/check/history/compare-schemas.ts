import { isJsonObject, type Json } from "../../json.ts";
import { pointerStep } from "../../registry/pointer.ts";
import type { SchemaDocument } from "../../registry/schema-document.ts";
import { placeKey, type SchemaPlace, type SchemaResources } from "../../registry/schema-resources.ts";
import type { Change, ChangeClass } from "./change.ts";
import { compareConstraints } from "./compare-constraints.ts";
import { childAt, type EffectiveSchema, effectiveSchema, valueOf } from "./effective-schema.ts";

/** Where the comparison stands. */
interface Position {
  pointer: string;
  /** Whether the pointer goes on: not inside a shared document, which has its own. */
  isOwn: boolean;
  path: string[];
  /** The pairs of schemas around this one, which end a recursion. */
  above: readonly string[];
}

/** Every difference between two versions that matters to who writes or reads events. */
export function compareSchemas(older: SchemaDocument, newer: SchemaDocument, resources: SchemaResources): Change[] {
  return compare(rootOf(older), rootOf(newer), { pointer: "", isOwn: true, path: [], above: [] });

  function compare(oldPlace: SchemaPlace, newPlace: SchemaPlace, at: Position): Change[] {
    const pair = `${placeKey(oldPlace)} ${placeKey(newPlace)}`;
    if (at.above.includes(pair)) return [];
    const before = effectiveSchema(oldPlace, resources);
    const after = effectiveSchema(newPlace, resources);
    const isOwn = at.isOwn && [...after.keywords.values()].every(({ place }) => place.document === newer);
    const here = { ...at, isOwn, above: [...at.above, pair] };
    const told = (changes: Omit<Change, "pointer" | "path">[]): Change[] =>
      changes.map((change) => ({ ...change, pointer: here.pointer, path: here.path }));
    return [
      ...told(compareTypes(before, after)),
      ...told(compareConstraints(before, after)),
      ...compareProperties(before, after, here),
      ...compareItems(before, after, here),
    ];
  }

  function compareProperties(before: EffectiveSchema, after: EffectiveSchema, at: Position): Change[] {
    const names = new Set([before, after].flatMap((schema) => [...propertyNames(schema), ...requiredNames(schema)]));
    return [...names].flatMap((name): Change[] => {
      const position = { pointer: pointerTo(at, `/properties${pointerStep(name)}`), path: [...at.path, name] };
      const inner = { ...at, ...position };
      const oldProperty = childAt(before, "properties", name);
      const newProperty = childAt(after, "properties", name);
      const change = (kind: ChangeClass, message: string): Change[] => [{ class: kind, ...position, message }];
      // A name can be required without being defined.
      if (oldProperty === undefined && newProperty === undefined) return compareRequired(before, after, name, position);
      if (newProperty === undefined) return change("model", `The field \`${name}\` is gone.`);
      if (oldProperty !== undefined) {
        return [...compareRequired(before, after, name, position), ...compare(oldProperty, newProperty, inner)];
      }
      if (isRequired(after, name))
        return change("model", `The new field \`${name}\` is required; no source sends it yet.`);
      if (isClosed(before)) return change("addition", `The field \`${name}\` is new.`);
      return change(
        "revision",
        `The field \`${name}\` is new, but the object was open: events may hold anything under it.`,
      );
    });
  }

  function compareItems(before: EffectiveSchema, after: EffectiveSchema, at: Position): Change[] {
    const oldItems = childAt(before, "items");
    const newItems = childAt(after, "items");
    if (oldItems === undefined && newItems === undefined) return [];
    const position = { ...at, pointer: pointerTo(at, "/items") };
    return compare(oldItems ?? anythingLike(newItems), newItems ?? anythingLike(oldItems), position);
  }
}

/** Inside a shared document it stays where the contract refers to it. */
function pointerTo(at: Position, steps: string): string {
  return at.isOwn ? at.pointer + steps : at.pointer;
}

function rootOf(document: SchemaDocument): SchemaPlace {
  return { document, pointer: "", schema: document.schema };
}

function anythingLike(place: SchemaPlace | undefined): SchemaPlace {
  if (place === undefined) throw new Error("One side has items.");
  return { ...place, pointer: `${place.pointer}#absent`, schema: true };
}

function compareRequired(
  before: EffectiveSchema,
  after: EffectiveSchema,
  name: string,
  at: Pick<Change, "pointer" | "path">,
): Change[] {
  const was = isRequired(before, name);
  const is = isRequired(after, name);
  if (was === is) return [];
  if (is) return [{ class: "model", ...at, message: `\`${name}\` is required now; sources may leave it out.` }];
  return [{ class: "revision", ...at, message: `\`${name}\` is no longer required; readers may rely on it.` }];
}

function compareTypes(before: EffectiveSchema, after: EffectiveSchema): { class: ChangeClass; message: string }[] {
  const was = typesOf(before);
  const is = typesOf(after);
  if (was.join() === is.join()) return [];
  const text = (types: string[]): string => (types.length === 0 ? "any type" : types.join(" or "));
  return [{ class: "model", message: `The type changes from ${text(was)} to ${text(is)}.` }];
}

function typesOf(schema: EffectiveSchema): string[] {
  const type = valueOf(schema, "type");
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  return types.map((name) => JSON.stringify(name)).sort();
}

function propertyNames(schema: EffectiveSchema): string[] {
  const properties = valueOf(schema, "properties");
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

function requiredNames(schema: EffectiveSchema): string[] {
  const required: Json | undefined = valueOf(schema, "required");
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}

function isRequired(schema: EffectiveSchema, name: string): boolean {
  return requiredNames(schema).includes(name);
}

/** Whether no event could hold a property that `properties` does not name. */
function isClosed(schema: EffectiveSchema): boolean {
  if (valueOf(schema, "patternProperties") !== undefined) return false;
  if (valueOf(schema, "additionalProperties") === false) return true;
  const isComposed = ["allOf", "anyOf", "oneOf", "if", "dependentSchemas"].some((word) => schema.keywords.has(word));
  return valueOf(schema, "unevaluatedProperties") === false && !isComposed;
}
