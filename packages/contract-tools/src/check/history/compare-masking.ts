import type { PrivacyNode } from "@millrace/event-contracts";
import type { SchemaDocument, SchemaResources } from "@millrace/schema-graph";
import { privacyNodesOf } from "../../privacy/compile-privacy-map.ts";
import type { Change } from "./change.ts";

/** A place in the data of both versions, by its nodes; undefined where a version says nothing of it. */
interface Pair {
  readonly was: number | undefined;
  readonly is: number | undefined;
  readonly path: string[];
}

/**
 * Values that both versions take and mask in different ways. Keywords that are no part of a comparison bear on masking:
 * beside `$ref` in draft-07, and in definitions that a `$dynamicRef` may reach.
 */
export function compareMasking(older: SchemaDocument, newer: SchemaDocument, resources: SchemaResources): Change[] {
  const [before, after] = [older, newer].map((document) => privacyNodesOf(document, resources)) as [
    readonly PrivacyNode[],
    readonly PrivacyNode[],
  ];
  const seen = new Set<string>();
  const changes: Change[] = [];
  const pending: Pair[] = [{ was: 0, is: 0, path: [] }];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const key = `${pair.was} ${pair.is}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const [was, is] = [before[pair.was ?? -1] ?? {}, after[pair.is ?? -1] ?? {}];
    if (say(was.rule) !== say(is.rule)) {
      const message = `What consumers see changes: masking from ${say(was.rule)} to ${say(is.rule)}.`;
      changes.push({ class: "revision", pointer: "", path: pair.path, message });
    }
    for (const inner of innerPairs(was, is, pair.path)) {
      if (inner.was !== undefined || inner.is !== undefined) pending.push(inner);
    }
  }
  return changes;
}

function innerPairs(was: PrivacyNode, is: PrivacyNode, path: string[]): Pair[] {
  const [wasNamed, isNamed] = [was.properties ?? {}, is.properties ?? {}];
  // A name that is new to a closed object is in no value that the older version takes.
  const names = [...Object.keys(wasNamed), ...(was.additional === undefined ? [] : Object.keys(isNamed))];
  return [
    { was: was.items, is: is.items, path },
    { was: was.additional, is: is.additional, path },
    ...names.map((name) => ({
      was: wasNamed[name] ?? was.additional,
      is: isNamed[name] ?? is.additional,
      path: [...path, name],
    })),
    ...(was.patterns ?? []).map(({ pattern, node }) => ({
      was: node,
      is: is.patterns?.find((other) => other.pattern === pattern)?.node,
      path,
    })),
  ];
}

function say(rule: PrivacyNode["rule"]): string {
  return rule === undefined ? "nothing" : `\`${JSON.stringify(rule)}\``;
}
