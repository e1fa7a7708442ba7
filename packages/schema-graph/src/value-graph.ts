import { applicatorOf, type Certainty, keywordsFor, referenceKeywords, type Target } from "./applicators.ts";
import { dynamicAnchors } from "./dynamic-anchors.ts";
import { heldPlaces, innerPlace, type Steps } from "./held-schemas.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import { passesOver, referredPlace } from "./references.ts";
import type { SchemaDocument } from "./schema-document.ts";
import { placeKey, type SchemaPlace, type SchemaResources } from "./schema-resources.ts";

/** A schema that applies to a value, and in which cases. */
export interface Applied extends SchemaPlace {
  readonly certainty: Certainty;
  /** The keyword that holds it, of those that lead from a value to another; none at the start. */
  readonly via?: string;
}

/**
 * Tells the schemas that apply to the values of a document: the fold that readers share. A reader starts `at` the root,
 * takes from each schema what it is about, and goes on with the schemas of properties and elements.
 */
export interface ValueGraph {
  /**
   * The schemas, and every one that applies to the same value through references and combining keywords: certain ones
   * first.
   */
  at(places: readonly (SchemaPlace | Applied)[]): Applied[];
  /** Schemas of the same value because of one schema alone, by the keyword that holds or names them. */
  steps(place: SchemaPlace): Map<string, Applied[]>;
  /** Schemas of the property of a name: those naming it, those whose pattern matches, and those of other names. */
  property(places: readonly Applied[], name: string): Applied[];
  /** True if a schema forbids a property of a name. */
  forbids(place: SchemaPlace, name: string): boolean;
  /** Schemas of properties that no schema names. */
  others(places: readonly Applied[]): Applied[];
  /** Schemas of properties whose names match a pattern. */
  matching(places: readonly Applied[]): Map<string, Applied[]>;
  /** Schemas of elements of an array. */
  elements(places: readonly Applied[]): Applied[];
  /** Schemas of no value of its own: the names of an object, the inside of a text. */
  unreachable(place: SchemaPlace): SchemaPlace[];
}

/** Ways to go wrong count more than ways to go right: what is certain beats what is not. */
const rank: Readonly<Record<Certainty, number>> = { certain: 0, "one of": 1, conditional: 2, tested: 3 };

/** @param document the document whose values are asked about; it decides where `$dynamicRef`s can lead */
export function createValueGraph(document: SchemaDocument, resources: SchemaResources): ValueGraph {
  let anchors: Map<string, SchemaPlace[]> | undefined;

  function targetsOf(place: SchemaPlace, keyword: string): SchemaPlace[] {
    const reference = isJsonObject(place.schema) ? place.schema[keyword] : undefined;
    if (typeof reference !== "string") return [];
    const target = referredPlace(place, keyword, resources);
    const targets = target === undefined ? [] : [target];
    if (keyword !== "$dynamicRef") return targets;
    anchors ??= dynamicAnchors(document, resources);
    return [...targets, ...(anchors.get(reference.replace(/^.*#/, "")) ?? [])];
  }

  /** Schemas of the same value because of one schema. */
  function stepsFrom(place: Applied): Map<string, Applied[]> {
    const referred = standingIn(place, referenceKeywords).map((keyword): [string, Applied[]] => [
      keyword,
      targetsOf(place, keyword).map((target) => ({ ...target, certainty: place.certainty })),
    ]);
    const held = standingIn(place, keywordsFor("same value")).map((keyword): [string, Applied[]] => [
      keyword,
      below(place, "same value", [keyword]),
    ]);
    return new Map([...referred, ...held].filter(([, steps]) => steps.length > 0));
  }

  return {
    at(places) {
      const found = new Map<string, Applied>();
      let pending = places.map((place) => ("certainty" in place ? place : { ...place, certainty: "certain" as const }));
      // By rank, since a place that is found again is not followed again.
      for (const current of Object.values(rank)) {
        const later: Applied[] = [];
        for (let place = pending.shift(); place !== undefined; place = pending.shift()) {
          if (!isJsonObject(place.schema) || found.has(placeKey(place))) continue;
          if (rank[place.certainty] > current) later.push(place);
          else {
            found.set(placeKey(place), place);
            pending.push(...[...stepsFrom(place).values()].flat());
          }
        }
        pending = later;
      }
      return [...found.values()];
    },
    steps: (place) => stepsFrom({ ...place, certainty: "certain" }),
    property: (places, name) =>
      places.flatMap((place) => {
        const isNamed = Object.hasOwn(mapAt(place, "properties"), name);
        const named = isNamed ? childOf(place, ["properties", name]) : below(place, "other properties");
        return [...named, ...patternsOf(place, name).flatMap((each) => childOf(place, ["patternProperties", each]))];
      }),
    forbids(place, name) {
      const properties = mapAt(place, "properties");
      const isNamed = Object.hasOwn(properties, name);
      const patterns = patternsOf(place, name);
      if (isNamed || patterns.length > 0) {
        const matching = mapAt(place, "patternProperties");
        return (isNamed && properties[name] === false) || patterns.some((pattern) => matching[pattern] === false);
      }
      // Names of the schemas beside it count as evaluated, so `unevaluatedProperties` alone forbids nothing.
      return isJsonObject(place.schema) && place.schema["additionalProperties"] === false;
    },
    others: (places) => places.flatMap((place) => below(place, "other properties")),
    matching(places) {
      const found = new Map<string, Applied[]>();
      for (const place of places) {
        for (const pattern of Object.keys(mapAt(place, "patternProperties"))) {
          const declared = childOf(place, ["patternProperties", pattern]);
          found.set(pattern, [...(found.get(pattern) ?? []), ...declared]);
        }
      }
      return found;
    },
    elements: (places) => places.flatMap((place) => below(place, "elements")),
    unreachable: (place) =>
      [...keywordsFor("names"), ...keywordsFor("inner text")].flatMap((keyword) => heldPlaces(place, keyword)),
  };
}

/** The names that `properties` of some schemas have, in their order. */
export function namesOf(places: readonly SchemaPlace[]): string[] {
  return [...new Set(places.flatMap((place) => Object.keys(mapAt(place, "properties"))))];
}

/** The patterns of `patternProperties` that a name matches. */
function patternsOf(place: SchemaPlace, name: string): string[] {
  return Object.keys(mapAt(place, "patternProperties")).filter((pattern) => matches(pattern, name));
}

/** Those of some keywords that a schema has. */
function standingIn({ schema }: SchemaPlace, keywords: readonly string[]): string[] {
  return isJsonObject(schema) ? keywords.filter((keyword) => schema[keyword] !== undefined) : [];
}

/** The schemas of one schema that apply to a target. */
function below(place: Applied, target: Target, keywords = keywordsFor(target)): Applied[] {
  return standingIn(place, keywords).flatMap((keyword) => {
    const isTrue = isJsonObject(place.schema) && place.schema[keyword] === true;
    // For properties `true` means that they may come. For a value or an element it means nothing.
    if (isTrue && target !== "other properties") return [];
    return heldPlaces(place, keyword).flatMap((inner) => applied(place, keyword, inner));
  });
}

/** The schema at some steps below another, as it applies. */
function childOf(place: Applied, steps: Steps): Applied[] {
  const inner = innerPlace(place, steps);
  return inner === undefined ? [] : applied(place, steps[0], inner);
}

/** `true` takes any value, as an empty schema does; `false` takes none. */
function applied(place: Applied, keyword: string, inner: Applied): Applied[] {
  const schema = inner.schema === true ? {} : inner.schema;
  if (schema === false) return [];
  const isSameValue = applicatorOf(keyword)?.target === "same value";
  return [{ ...inner, schema, certainty: certaintyOf(place, keyword), ...(isSameValue ? {} : { via: keyword }) }];
}

function certaintyOf(place: Applied, keyword: string): Certainty {
  const { items, prefixItems } = isJsonObject(place.schema) ? place.schema : {};
  const isOfSome = keyword === "items" && (Array.isArray(items) || prefixItems !== undefined);
  const usual = isOfSome ? "one of" : (applicatorOf(keyword)?.certainty ?? "certain");
  // Annotations count also where a validator passes over them.
  const own = passesOver(place) ? "tested" : usual;
  return rank[own] > rank[place.certainty] ? own : place.certainty;
}

/** A pattern that is no regular expression is taken to match: better a value masked too much. */
function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, "u").test(name);
  } catch {
    return true;
  }
}

function mapAt(place: SchemaPlace, keyword: string): JsonObject {
  const value = isJsonObject(place.schema) ? place.schema[keyword] : undefined;
  return isJsonObject(value) ? value : {};
}
