import {
  nameLetters,
  privacyChildren,
  type PrivacyMap,
  type PrivacyNode,
  privacyNodesLeadingTo,
  type PrivacyRule,
  strictestRule,
} from "@millrace/event-contracts";
import {
  type Applied,
  createValueGraph,
  isJsonObject,
  namesOf,
  placeKey,
  type SchemaDocument,
  type SchemaPlace,
  type SchemaResources,
  type ValueGraph,
} from "@millrace/schema-graph";
import { holdsAnnotation } from "./holds-annotation.ts";
import { isOpen } from "./is-open.ts";
import { readPrivacyRule } from "./read-privacy-rule.ts";

/** Index of no node: what nothing applies to. */
const NOWHERE = -1;

type NodeOf = (places: readonly Applied[]) => number | undefined;

/** Finds where the data of a schema can hold annotated values. */
export function compilePrivacyMap(document: SchemaDocument, resources: SchemaResources): PrivacyMap | undefined {
  return prune(privacyNodesOf(document, resources));
}

/**
 * The nodes of a schema, with and without effect on masking; the first is that of `data`. A node stands for the set of
 * schemas that can apply to a value at once (as in the subset construction of automata), so branches are merged and
 * recursion ends.
 */
export function privacyNodesOf(document: SchemaDocument, resources: SchemaResources): readonly PrivacyNode[] {
  const nodes: PrivacyNode[] = [];
  const indexByKey = new Map<string, number>();
  const pending: { node: PrivacyNode; places: readonly Applied[] }[] = [];
  const graph = createValueGraph(document, resources);

  function nodeOf(places: readonly Applied[]): number | undefined {
    const all = graph.at(places);
    if (all.length === 0) return undefined;
    const key = all
      .map((place) => `${placeKey(place)}${place.certainty === "certain" ? "" : "?"}`)
      .sort()
      .join("\n");
    const known = indexByKey.get(key);
    if (known !== undefined) return known;
    const node: PrivacyNode = {};
    indexByKey.set(key, nodes.length);
    pending.push({ node, places: all });
    return nodes.push(node) - 1;
  }

  nodeOf([{ document, pointer: "", schema: document.schema, certainty: "certain" }]);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const rules = next.places.flatMap((place) => rulesOf(place, graph, resources));
    if (rules.length > 0) next.node.rule = rules.reduce(strictestRule);
    if (isOpen(next.places, graph, resources)) next.node.open = true;
    fillNode(next.node, next.places, graph, nodeOf);
  }
  return nodes;
}

/** Returns the rule for a value to which some schemas apply, in any of their branches. */
export function privacyRuleAt(places: readonly SchemaPlace[], resources: SchemaResources): PrivacyRule | undefined {
  const [first] = places;
  if (first === undefined) return undefined;
  const graph = createValueGraph(first.document, resources);
  const rules = graph.at(places).flatMap((place) => rulesOf(place, graph, resources));
  return rules.length === 0 ? undefined : rules.reduce(strictestRule);
}

function fillNode(node: PrivacyNode, places: readonly Applied[], graph: ValueGraph, nodeOf: NodeOf): void {
  node.properties = Object.fromEntries(
    namesOf(places).map((name) => [name, nodeOf(graph.property(places, name)) ?? NOWHERE]),
  );
  const additional = nodeOf(graph.others(places));
  if (additional !== undefined) node.additional = additional;
  node.patterns = [...graph.matching(places)].flatMap(([pattern, declared]) => {
    const target = nodeOf(declared);
    return target === undefined ? [] : [{ pattern, node: target }];
  });
  const items = nodeOf(graph.elements(places));
  if (items !== undefined) node.items = items;
}

function rulesOf(place: SchemaPlace, graph: ValueGraph, resources: SchemaResources): PrivacyRule[] {
  const annotation = isJsonObject(place.schema) ? place.schema["x-privacy"] : undefined;
  // `false` declares that a value is not sensitive although it looks so.
  const own = annotation === undefined || annotation === false ? [] : [readPrivacyRule(annotation)];
  const isSensitive = (inner: SchemaPlace): boolean => holdsAnnotation(inner, resources, (rule) => rule !== false);
  // A part that is no value of its own cannot be masked alone.
  const isUnreachable = graph.unreachable(place).some(isSensitive);
  return isUnreachable ? [...own, { class: "unreachable-annotation", action: "drop" }] : own;
}

/**
 * Leaves out nodes without effect on masking; returns `undefined` when none is left. These stay: ways to a rule,
 * objects that may have more properties than their schema names, and properties that are named like an annotated one
 * and are not sensitive.
 */
function prune(nodes: readonly PrivacyNode[]): PrivacyMap | undefined {
  const toRule = privacyNodesLeadingTo(nodes, (node) => node.rule !== undefined);
  const annotated = new Set(
    nodes.flatMap(({ properties }) =>
      Object.entries(properties ?? {}).flatMap(([name, index]) => (toRule.has(index) ? [nameLetters(name)] : [])),
    ),
  );
  const isAlike = (name: string): boolean => annotated.has(nameLetters(name));
  const useful = privacyNodesLeadingTo(
    nodes,
    (node) => node.rule !== undefined || node.open === true || Object.keys(node.properties ?? {}).some(isAlike),
  );
  if (!useful.has(0)) return undefined;
  const kept = [...useful].sort((a, b) => a - b);
  const newIndex = new Map(kept.map((index, position) => [index, position]));
  const empty = kept.length;
  const pruned = kept.map((index) => renumberNode(nodes[index] ?? {}, newIndex, empty, isAlike));
  const isEmptyUsed = pruned.some((node) => privacyChildren(node).includes(empty));
  return { nodes: isEmptyUsed ? [...pruned, {}] : pruned };
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
  const additional = newIndex.get(node.additional ?? NOWHERE);
  if (additional !== undefined) slim.additional = additional;
  const items = newIndex.get(node.items ?? NOWHERE);
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
