import {
  isJsonObject,
  keywordsFor,
  placeKey,
  pointerStep,
  referenceKeywords,
  type SchemaDocument,
  type SchemaPlace,
  type SchemaResources,
  typeOfValue,
  walkSchema,
} from "@millrace/schema-graph";
import { type Change, type ChangeClass, isAbove } from "./change.ts";
import { compareMasking } from "./compare-masking.ts";
import { combinationChange, compareConstraints, valuesOf } from "./compare-constraints.ts";
import { childAt, childrenAt, type EffectiveSchema, effectiveSchema, propertyAt, valueOf } from "./effective-schema.ts";
import { createIsSameKeyword, isSameJson } from "./same-schemas.ts";

/** Where the comparison stands. */
interface Position {
  pointer: string;
  /** True while the pointer goes on: not inside a shared document, which has its own. */
  isOwn: boolean;
  path: string[];
  /** The pairs of schemas around this one, which end a recursion. */
  above: readonly string[];
  /** The keywords around this schema that apply to what it leaves unevaluated. */
  rest: ReadonlySet<string>;
}

const unevaluated = ["unevaluatedItems", "unevaluatedProperties"];

/** Every difference between two versions that matters to who writes or reads events. */
export function compareSchemas(older: SchemaDocument, newer: SchemaDocument, resources: SchemaResources): Change[] {
  const isSameKeyword = createIsSameKeyword(resources);
  const root = { pointer: "", isOwn: true, path: [], above: [], rest: new Set<string>() };
  const changes = [
    ...compareDialects(older, newer),
    ...compare(rootOf(older), rootOf(newer), root),
    ...compareAnchors(),
  ];
  const isCompatible = !changes.some((change) => isAbove(change.class, "addition"));
  return isCompatible ? [...changes, ...compareMasking(older, newer, resources)] : changes;

  function compare(oldPlace: SchemaPlace, newPlace: SchemaPlace, at: Position): Change[] {
    const pair = `${placeKey(oldPlace)} ${placeKey(newPlace)}`;
    if (at.above.includes(pair)) return [];
    const before = effectiveSchema(oldPlace, resources);
    const after = effectiveSchema(newPlace, resources);
    const isOwn = at.isOwn && [...after.keywords.values()].every(({ document }) => document === newer);
    const own = unevaluated.filter((keyword) => before.keywords.has(keyword) || after.keywords.has(keyword));
    const here = { ...at, isOwn, above: [...at.above, pair], rest: new Set([...at.rest, ...own]) };
    const told = (changes: Omit<Change, "pointer" | "path">[]): Change[] =>
      changes.map((change) => ({ ...change, pointer: here.pointer, path: here.path }));
    return [
      ...told(compareTypes(before, after)),
      ...told(compareConstraints(before, after, isSameKeyword)),
      ...compareAllOf(before, after, here),
      ...compareProperties(before, after, here),
      ...compareOpenness(before, after, here),
      ...compareItems(before, after, here),
    ];
  }

  /** Values that all members took are still taken when each member takes the values that it took. */
  function compareAllOf(before: EffectiveSchema, after: EffectiveSchema, at: Position): Change[] {
    if (isSameKeyword("allOf", before.keywords.get("allOf"), after.keywords.get("allOf"))) return [];
    const oldMembers = childrenAt(before, "allOf");
    const newMembers = childrenAt(after, "allOf");
    if (oldMembers.length !== newMembers.length) {
      return [{ ...combinationChange("allOf"), pointer: at.pointer, path: at.path }];
    }
    return oldMembers.flatMap((oldMember, index) => {
      const newMember = newMembers[index] ?? oldMember;
      return compare(oldMember, newMember, { ...at, pointer: pointerTo(at, `/allOf/${index}`) });
    });
  }

  function compareProperties(before: EffectiveSchema, after: EffectiveSchema, at: Position): Change[] {
    const names = new Set([before, after].flatMap((schema) => [...schema.properties.keys(), ...schema.required]));
    return [...names].flatMap((name): Change[] => {
      const position = { pointer: pointerTo(at, `/properties${pointerStep(name)}`), path: [...at.path, name] };
      const inner = { ...at, ...position, rest: new Set<string>() };
      const oldProperty = propertyAt(before, name);
      const newProperty = propertyAt(after, name);
      const change = (kind: ChangeClass, message: string): Change[] => [{ class: kind, ...position, message }];
      // A name can be required without being defined.
      if (oldProperty === undefined && newProperty === undefined) return compareRequired(before, after, name, position);
      if (newProperty === undefined) return change("model", `The field \`${name}\` is gone.`);
      if (oldProperty !== undefined) {
        return [...compareRequired(before, after, name, position), ...compare(oldProperty, newProperty, inner)];
      }
      if (after.required.has(name))
        return change("model", `The new field \`${name}\` is required; no source sends it yet.`);
      if (isClosed(before)) return change("addition", `The field \`${name}\` is new.`);
      return change(
        "revision",
        `The field \`${name}\` is new, but the object was open: events may hold anything under it.`,
      );
    });
  }

  function compareOpenness(before: EffectiveSchema, after: EffectiveSchema, at: Position): Change[] {
    return ["additionalProperties", "unevaluatedProperties"].flatMap((keyword): Change[] => {
      if (isSameKeyword(keyword, before.keywords.get(keyword), after.keywords.get(keyword))) return [];
      if (keyword === "additionalProperties" && isLeftToTheRest(before, after, keyword, at))
        return [leftToTheRest(keyword, at)];
      const was = valueOf(before, keyword) ?? true;
      const is = valueOf(after, keyword) ?? true;
      const position = { ...at, pointer: pointerTo(at, `/${keyword}`), rest: new Set<string>() };
      const oldOthers = childAt(before, keyword);
      if (oldOthers !== undefined && isJsonObject(was) && is !== false) {
        const newOthers = childAt(after, keyword) ?? anythingLike(oldOthers);
        return compare(oldOthers, is === true ? anythingLike(newOthers) : newOthers, position);
      }
      const change = (kind: ChangeClass, message: string): Change => ({
        class: kind,
        pointer: position.pointer,
        path: at.path,
        message,
      });
      if (isSameJson(was, is) || isSameJson([was, is], [true, {}])) return [];
      if (was === false) return [change("addition", "Other properties are taken now, or some.")];
      return [change("model", "Other properties are taken no longer, or not all: sources may send them.")];
    });
  }

  function compareItems(before: EffectiveSchema, after: EffectiveSchema, at: Position): Change[] {
    if (isLeftToTheRest(before, after, "items", at)) return [leftToTheRest("items", at)];
    const position = { ...at, pointer: pointerTo(at, "/items"), rest: new Set<string>() };
    if (Array.isArray(valueOf(before, "items")) || Array.isArray(valueOf(after, "items"))) {
      // The tuples of draft-07.
      if (isSameKeyword("items", before.keywords.get("items"), after.keywords.get("items"))) return [];
      return [{ ...combinationChange("items"), pointer: position.pointer, path: at.path }];
    }
    const oldItems = childAt(before, "items");
    const newItems = childAt(after, "items");
    if (oldItems === undefined && newItems === undefined) return [];
    return compare(oldItems ?? anythingLike(newItems), newItems ?? anythingLike(oldItems), position);
  }

  /** The target of `$dynamicRef` depends on the referring document, so every anchor counts, wherever it is used. */
  function compareAnchors(): Change[] {
    const before = dynamicAnchors(older);
    const after = dynamicAnchors(newer);
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((name): Change[] => {
      const was = before.get(name);
      const is = after.get(name);
      if (was !== undefined && is !== undefined) return compare(was, is, { ...root, pointer: is.pointer });
      const pointer = (is ?? was)?.pointer ?? "";
      return [{ ...combinationChange("$dynamicAnchor"), pointer, path: [] }];
    });
  }
}

function dynamicAnchors(document: SchemaDocument): Map<string, SchemaPlace> {
  const places = new Map<string, SchemaPlace>();
  for (const { schema, pointer } of walkSchema(document.schema)) {
    const { $dynamicAnchor: name } = schema;
    if (typeof name === "string") places.set(name, { document, pointer, schema });
  }
  return places;
}

/** The dialects read some keywords in different ways, and pass over others. */
function compareDialects(older: SchemaDocument, newer: SchemaDocument): Change[] {
  if (older.draft === newer.draft) return [];
  const message = `The dialect changes from ${older.draft} to ${newer.draft}: events that were taken may be refused.`;
  return [{ class: "revision", pointer: "/$schema", path: [], message }];
}

/** True if a keyword that evaluated every element, or every other property, is gone and another takes over the rest. */
function isLeftToTheRest(
  before: EffectiveSchema,
  after: EffectiveSchema,
  keyword: "items" | "additionalProperties",
  { rest }: Position,
): boolean {
  const isGone = before.keywords.has(keyword) && !after.keywords.has(keyword);
  return isGone && rest.has(keyword === "items" ? "unevaluatedItems" : "unevaluatedProperties");
}

function leftToTheRest(keyword: string, at: Position): Change {
  const message = `\`${keyword}\` is gone: what it evaluated is left to an \`unevaluated…\` that may refuse it.`;
  return { class: "model", pointer: at.pointer, path: at.path, message };
}

/** Inside a shared document it stays where the contract refers to it. */
function pointerTo(at: Position, steps: string): string {
  return at.isOwn ? at.pointer + steps : at.pointer;
}

function rootOf(document: SchemaDocument): SchemaPlace {
  return { document, pointer: "", schema: document.schema };
}

function anythingLike(place: SchemaPlace | undefined): SchemaPlace {
  if (place === undefined) throw new Error("One side has a schema.");
  return { ...place, pointer: `${place.pointer}#absent`, schema: true };
}

function compareRequired(
  before: EffectiveSchema,
  after: EffectiveSchema,
  name: string,
  at: Pick<Change, "pointer" | "path">,
): Change[] {
  const was = before.required.has(name);
  const is = after.required.has(name);
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
  if (type !== undefined) return (Array.isArray(type) ? type : [type]).map((name) => JSON.stringify(name)).sort();
  // Listed values have types too, and a new value of another type is a new type.
  const values = valuesOf(schema);
  return values === undefined ? [] : [...new Set(values.map((value) => JSON.stringify(typeOfValue(value))))].sort();
}

/** Keywords that may evaluate names. */
const evaluating = [...keywordsFor("same value"), ...referenceKeywords].filter((keyword) => keyword !== "not");

/** True if no event could hold a property that `properties` does not name. */
function isClosed(schema: EffectiveSchema): boolean {
  if (valueOf(schema, "patternProperties") !== undefined) return false;
  if (valueOf(schema, "additionalProperties") === false) return true;
  const isComposed = evaluating.some((word) => schema.keywords.has(word));
  return valueOf(schema, "unevaluatedProperties") === false && !isComposed;
}
