import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { SchemaDocument } from "../registry/schema-document.ts";
import { placeKey, type SchemaPlace, type SchemaResources } from "../registry/schema-resources.ts";
import { pointerStep } from "../registry/pointer.ts";
import {
  nameLetters,
  strictestRule,
  type PrivacyMap,
  type PrivacyNode,
  type PrivacyRule,
} from "@millrace/event-contracts";
import { dynamicAnchors } from "./dynamic-anchors.ts";
import { holdsAnnotation } from "./holds-annotation.ts";
import { isOpen } from "./is-open.ts";
import { readPrivacyRule } from "./read-privacy-rule.ts";

/** Keywords whose schemas may apply to the same value as the schema they stand in. `allOf` always does. */
const branches = ["anyOf", "oneOf", "if", "then", "else", "not", "dependentSchemas", "dependencies"];
/** Keywords whose schemas apply to elements of an array. */
const elements = ["items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"];

/** Keywords whose schemas apply to what is no value of its own: the names of an object, what the text of a value says. */
export const unreachable: readonly string[] = ["propertyNames", "contentSchema"];

/** Index of no node: what nothing applies to. */
const nowhere = -1;

/** A schema that applies to a value, and whether it does in every branch. */
interface Applied extends SchemaPlace {
  readonly isCertain: boolean;
}

type NodeOf = (places: readonly Applied[]) => number | undefined;

/**
 * Finds where the data of a schema can hold annotated values. A node stands for the set of schemas that can apply to a
 * value at once (as in the subset construction of automata), so branches are merged and recursion ends.
 */
export function compilePrivacyMap(document: SchemaDocument, resources: SchemaResources): PrivacyMap | undefined {
  const nodes: PrivacyNode[] = [];
  const indexByKey = new Map<string, number>();
  const pending: { node: PrivacyNode; places: readonly Applied[] }[] = [];
  const targetsOf = createTargetsOf(document, resources);
  const cannotReach = (place: SchemaPlace): boolean => holdsAnnotation(place, resources, (rule) => rule !== false);

  function nodeOf(places: readonly Applied[]): number | undefined {
    const all = applicablePlaces(places, targetsOf);
    if (all.length === 0) return undefined;
    const key = all
      .map((place) => `${placeKey(place)}${place.isCertain ? "" : "?"}`)
      .sort()
      .join("\n");
    const known = indexByKey.get(key);
    if (known !== undefined) return known;
    const node: PrivacyNode = {};
    indexByKey.set(key, nodes.length);
    pending.push({ node, places: all });
    return nodes.push(node) - 1;
  }

  nodeOf([{ document, pointer: "", schema: document.schema, isCertain: true }]);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const rules = next.places.flatMap((place) => rulesOf(place, cannotReach));
    if (rules.length > 0) next.node.rule = rules.reduce(strictestRule);
    const certain = next.places.filter(({ isCertain }) => isCertain);
    if (isOpen(certain, resources)) next.node.open = true;
    fillNode(next.node, next.places, nodeOf);
  }
  return prune(nodes);
}

/** What happens to a value that some schemas say something of, in any of their branches. */
export function privacyRuleAt(places: readonly SchemaPlace[], resources: SchemaResources): PrivacyRule | undefined {
  const rules = places.flatMap((place) => {
    const cannotReach = (inner: SchemaPlace): boolean => holdsAnnotation(inner, resources, (rule) => rule !== false);
    const applicable = applicablePlaces([{ ...place, isCertain: true }], createTargetsOf(place.document, resources));
    return applicable.flatMap((each) => rulesOf(each, cannotReach));
  });
  return rules.length === 0 ? undefined : rules.reduce(strictestRule);
}

/** The schemas that a schema refers to. */
type TargetsOf = (place: SchemaPlace) => SchemaPlace[];

function createTargetsOf(document: SchemaDocument, resources: SchemaResources): TargetsOf {
  let anchors: Map<string, SchemaPlace[]> | undefined;
  return ({ schema, document: from, pointer }) => {
    if (!isJsonObject(schema)) return [];
    const { $ref: reference, $dynamicRef: dynamic } = schema;
    const targets = [reference, dynamic].map((text) =>
      typeof text === "string" ? resources.resolve(text, from, pointer) : undefined,
    );
    if (typeof dynamic === "string") anchors ??= dynamicAnchors(document, resources);
    const others = typeof dynamic === "string" ? (anchors?.get(dynamic.replace(/^.*#/, "")) ?? []) : [];
    return [...targets.filter((target) => target !== undefined), ...others];
  };
}

function fillNode(node: PrivacyNode, places: readonly Applied[], nodeOf: NodeOf): void {
  const names = new Set(places.flatMap((place) => Object.keys(mapAt(place, "properties"))));
  node.properties = Object.fromEntries(
    [...names].map((name) => [name, nodeOf(places.flatMap((place) => placesOfProperty(place, name))) ?? nowhere]),
  );
  const additional = nodeOf(places.flatMap(placesOfOtherProperties));
  if (additional !== undefined) node.additional = additional;
  node.patterns = places.flatMap((place) =>
    Object.keys(mapAt(place, "patternProperties")).flatMap((pattern) => {
      const target = nodeOf(childOf(place, ["patternProperties", pattern]));
      return target === undefined ? [] : [{ pattern, node: target }];
    }),
  );
  const items = nodeOf(places.flatMap((place) => elements.flatMap((keyword) => placesOfElements(place, keyword))));
  if (items !== undefined) node.items = items;
}

/** The places and everything that applies to the same value through `$ref` and the combining keywords. */
function applicablePlaces(places: readonly Applied[], targetsOf: TargetsOf): Applied[] {
  const found = new Map<string, Applied>();
  // Those that are certain come first, since a place that is found again is not followed again.
  for (const isCertain of [true, false]) {
    const pending = [...places.filter((place) => place.isCertain === isCertain)];
    if (!isCertain) for (const place of [...found.values()]) pending.push(...uncertainPlaces(place));
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      if (!isJsonObject(place.schema) || found.has(placeKey(place))) continue;
      found.set(placeKey(place), place);
      pending.push(...targetsOf(place).map((target) => ({ ...target, isCertain })), ...placesUnder(place, "allOf"));
      if (!isCertain) pending.push(...uncertainPlaces(place));
    }
  }
  return [...found.values()];
}

/** What applies to the same value in some branch. */
function uncertainPlaces(place: Applied): Applied[] {
  return branches.flatMap((keyword) => placesUnder(place, keyword)).map((each) => ({ ...each, isCertain: false }));
}

/** What applies to a property some schema names: the schemas naming it, and those that take any other name. */
function placesOfProperty(place: Applied, name: string): Applied[] {
  const isNamed = Object.hasOwn(mapAt(place, "properties"), name);
  const named = isNamed ? childOf(place, ["properties", name]) : placesOfOtherProperties(place);
  const matching = Object.keys(mapAt(place, "patternProperties")).filter((pattern) => matches(pattern, name));
  return [...named, ...matching.flatMap((pattern) => childOf(place, ["patternProperties", pattern]))];
}

/** Of the keywords for elements, only `items` with one schema, and none before it, says something of each. */
function placesOfElements(place: Applied, keyword: string): Applied[] {
  const { items, prefixItems } = isJsonObject(place.schema) ? place.schema : {};
  const isOfEach = keyword === "items" && !Array.isArray(items) && prefixItems === undefined;
  return placesUnder(place, keyword).map((each) => (isOfEach ? each : { ...each, isCertain: false }));
}

function placesOfOtherProperties(place: Applied): Applied[] {
  return [...childOf(place, ["additionalProperties"]), ...childOf(place, ["unevaluatedProperties"])];
}

/** A pattern that is no regular expression is taken to match: better a value masked too much. */
function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, "u").test(name);
  } catch {
    return true;
  }
}

/** The schemas a keyword holds directly: itself one, a list of them, or a map of them. */
function placesUnder(place: Applied, keyword: string): Applied[] {
  const value = isJsonObject(place.schema) ? place.schema[keyword] : undefined;
  if (Array.isArray(value)) return value.flatMap((_, index) => childOf(place, [keyword, index]));
  if (!isJsonObject(value)) return [];
  const isMap = keyword === "dependentSchemas" || keyword === "dependencies";
  return isMap ? Object.keys(value).flatMap((key) => childOf(place, [keyword, key])) : childOf(place, [keyword]);
}

function childOf<Place extends SchemaPlace>(place: Place, steps: (string | number)[]): Place[] {
  let value: Json | undefined = place.schema;
  for (const step of steps) {
    value = isJsonObject(value) ? value[step] : Array.isArray(value) ? value[Number(step)] : undefined;
  }
  const pointer = place.pointer + steps.map(pointerStep).join("");
  // `true` takes any value, as an empty schema does.
  const schema = value === true ? {} : value;
  return isJsonObject(schema) ? [{ ...place, pointer, schema }] : [];
}

function mapAt(place: SchemaPlace, keyword: string): JsonObject {
  const value = isJsonObject(place.schema) ? place.schema[keyword] : undefined;
  return isJsonObject(value) ? value : {};
}

function rulesOf(place: SchemaPlace, cannotReach: (place: SchemaPlace) => boolean): PrivacyRule[] {
  const annotation = isJsonObject(place.schema) ? place.schema["x-privacy"] : undefined;
  // `false` says that a value which looks sensitive is not.
  const own = annotation === undefined || annotation === false ? [] : [readPrivacyRule(annotation)];
  const isUnreachable = unreachable.some((keyword) => childOf(place, [keyword]).some(cannotReach));
  return isUnreachable ? [...own, { class: "unreachable-annotation", action: "drop" }] : own;
}

/**
 * Leaves out what tells masking nothing; `undefined` when that is all of it. What stays: ways to a rule, objects that may have more
 * properties than their schema names, and properties that are named like an annotated one and are not sensitive.
 */
function prune(nodes: PrivacyNode[]): PrivacyMap | undefined {
  const toRule = nodesLeadingTo(nodes, (node) => node.rule !== undefined);
  const annotated = new Set(
    nodes.flatMap(({ properties }) =>
      Object.entries(properties ?? {}).flatMap(([name, index]) => (toRule.has(index) ? [nameLetters(name)] : [])),
    ),
  );
  const isAlike = (name: string): boolean => annotated.has(nameLetters(name));
  const useful = nodesLeadingTo(
    nodes,
    (node) => node.rule !== undefined || node.open === true || Object.keys(node.properties ?? {}).some(isAlike),
  );
  if (!useful.has(0)) return undefined;
  const kept = [...useful].sort((a, b) => a - b);
  const newIndex = new Map(kept.map((index, position) => [index, position]));
  const empty = kept.length;
  const pruned = kept.map((index) => renumberNode(nodes[index] ?? {}, newIndex, empty, isAlike));
  const isEmptyUsed = pruned.some((node) => childIndexes(node).includes(empty));
  return { nodes: isEmptyUsed ? [...pruned, {}] : pruned };
}

/** Nodes that pass a test, and those from which one can be reached. */
function nodesLeadingTo(nodes: readonly PrivacyNode[], isEnd: (node: PrivacyNode) => boolean): Set<number> {
  const found = new Set([...nodes.keys()].filter((index) => isEnd(nodes[index] ?? {})));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [index, node] of nodes.entries()) {
      if (childIndexes(node).some((child) => found.has(child))) found.add(index);
    }
  }
  return found;
}

function childIndexes(node: PrivacyNode): number[] {
  const patterns = (node.patterns ?? []).map((entry) => entry.node);
  const others = [node.additional, node.items].filter((index) => index !== undefined);
  return [...Object.values(node.properties ?? {}), ...patterns, ...others];
}

function renumberNode(
  node: PrivacyNode,
  newIndex: ReadonlyMap<number, number>,
  empty: number,
  isAlike: (name: string) => boolean,
): PrivacyNode {
  const slim: PrivacyNode = {};
  if (node.rule !== undefined) slim.rule = node.rule;
  if (node.open === true) slim.open = true;
  const patterns = (node.patterns ?? []).flatMap(({ pattern, node: index }) => {
    const renumbered = newIndex.get(index);
    return renumbered === undefined ? [] : [{ pattern, node: renumbered }];
  });
  if (patterns.length > 0) slim.patterns = patterns;
  const additional = newIndex.get(node.additional ?? nowhere);
  if (additional !== undefined) slim.additional = additional;
  const items = newIndex.get(node.items ?? nowhere);
  if (items !== undefined) slim.items = items;
  // A named property must not fall to the rest of names, so it stays named even if nothing is to be done with it.
  const hasRest = node.open === true || additional !== undefined || patterns.length > 0;
  const properties = Object.entries(node.properties ?? {}).flatMap(([name, index]) => {
    const renumbered = newIndex.get(index) ?? (hasRest || isAlike(name) ? empty : undefined);
    return renumbered === undefined ? [] : [[name, renumbered] as const];
  });
  if (properties.length > 0) slim.properties = Object.fromEntries(properties);
  return slim;
}
