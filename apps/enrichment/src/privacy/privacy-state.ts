import { type PrivacyMap, type PrivacyNode, type PrivacyRule, strictestRule } from "@millrace/event-contracts";
import { rememberLast } from "../bounded-cache.ts";
import { pointerStep } from "../json-value.ts";
import { allDetectors, rememberingScan, type ScanText } from "./scan-text.ts";

/**
 * Where a walk through a value stands in a privacy map: a set of the map's nodes, made deterministic. States are made
 * as walks reach them, and shared.
 */
export interface PrivacyState {
  /** What to do with the value here. */
  readonly rule: PrivacyRule | undefined;
  /** What the rule looks for, when it is `scan`. */
  readonly scan: ScanText | undefined;
  /** No rule lies here or below. */
  readonly isBarren: boolean;
  /** The properties to look at, and no other leads to a rule; `undefined` when every property has to be asked for. */
  properties(): readonly PropertyState[] | undefined;
  property(key: string): PrivacyState;
  /** Like `property`, and where names lead that are written in another way: `Full_Name` for `fullName`. */
  similarProperty(key: string): PrivacyState;
  element(): PrivacyState;
  /** Where a single value leads that stands where the schema has an array. */
  single(): PrivacyState;
}

/** Where a property leads. */
export interface PropertyState {
  readonly key: string;
  /** The step to it in a JSON Pointer. */
  readonly step: string;
  readonly state: PrivacyState;
  /** Every object has something of this name, so whether it is its own has to be asked. */
  readonly isInherited: boolean;
}

interface CompiledPattern {
  readonly expression: RegExp;
  readonly node: number;
}

// More states than any sane map has: an adversary's property names can reach combinations of patterns only.
const maxStates = 10_000;

/** Prepares privacy maps that apply to the same value for walking it; the result is the state of the root. */
export function compilePrivacyMaps(maps: readonly PrivacyMap[]): PrivacyState {
  const { allNodes, roots } = joinMaps(maps);
  const patterns = new Map<PrivacyNode, CompiledPattern[]>(
    allNodes.map((node) => [
      node,
      (node.patterns ?? []).map(({ pattern, node: target }) => ({
        expression: new RegExp(pattern, "u"),
        node: target,
      })),
    ]),
  );
  let states = new Map<string, PrivacyState>();

  function stateOf(indices: readonly number[]): PrivacyState {
    const sorted = [...new Set(indices)].sort((a, b) => a - b);
    const key = sorted.join();
    const known = states.get(key);
    if (known !== undefined) return known;
    if (states.size >= maxStates) states = new Map();
    const state = createState(sorted);
    states.set(key, state);
    return state;
  }

  function createState(indices: readonly number[]): PrivacyState {
    const nodes = indices.flatMap((index) => allNodes[index] ?? []);
    const rule = nodes.reduce<PrivacyRule | undefined>(
      (strictest, node) =>
        strictest === undefined || node.rule === undefined
          ? (strictest ?? node.rule)
          : strictestRule(strictest, node.rule),
      undefined,
    );
    const names = new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})));
    const isClosed = nodes.every((node) => node.additional === undefined && (node.patterns ?? []).length === 0);
    const listed = new Map<string, PrivacyState>();
    let properties: PropertyState[] | undefined;
    let element: PrivacyState | undefined;
    let single: PrivacyState | undefined;
    let namesByLetters: ReadonlyMap<string, readonly string[]> | undefined;

    // States are made when they are first asked for: the map of a recursive schema would never end otherwise.
    return {
      rule,
      scan: rule?.action === "scan" ? rememberLast(rememberingScan(rule.detect ?? allDetectors)) : undefined,
      isBarren: nodes.every(isLeafWithoutRule),
      properties() {
        if (!isClosed) return undefined;
        properties ??= Array.from(names, (key) => ({
          key,
          step: pointerStep(key),
          state: this.property(key),
          isInherited: key in Object.prototype,
        }));
        return properties;
      },
      property(key) {
        if (!names.has(key)) return isClosed ? noPrivacy : stateOf(targetsOf(key));
        const state = listed.get(key) ?? stateOf(targetsOf(key));
        listed.set(key, state);
        return state;
      },
      similarProperty(key) {
        namesByLetters ??= Map.groupBy(names, lettersOf);
        const similar = namesByLetters.get(lettersOf(key)) ?? [];
        if (similar.length === 0 || (similar.length === 1 && similar[0] === key)) return this.property(key);
        return stateOf([key, ...similar].flatMap(targetsOf));
      },
      single() {
        single ??= nodes.some((node) => node.items !== undefined) ? stateOf(withElements(indices)) : this;
        return single;
      },
      element() {
        // An array may stand where the schema has one value: its elements are then that value.
        element ??= stateOf([...nodes.flatMap((node) => node.items ?? []), ...indices]);
        return element;
      },
    };

    function targetsOf(key: string): number[] {
      return nodes.flatMap((node) => {
        if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return node.properties[key] ?? [];
        const matching = (patterns.get(node) ?? []).filter(({ expression }) => expression.test(key));
        return [...(node.additional === undefined ? [] : [node.additional]), ...matching.map(({ node }) => node)];
      });
    }
  }

  /** Nodes, and those of their elements, of the elements of these, and so on. */
  function withElements(indices: readonly number[]): number[] {
    const all = new Set(indices);
    // A set is walked to its end, with what is added on the way.
    for (const index of all) {
      const items = allNodes[index]?.items;
      if (items !== undefined) all.add(items);
    }
    return [...all];
  }

  return stateOf(roots);
}

/** What is left of a name when nobody agrees on how to write it. */
function lettersOf(name: string): string {
  return name.replaceAll(/[\s_.-]/gu, "").toLowerCase();
}

function isLeafWithoutRule(node: PrivacyNode): boolean {
  return (
    node.rule === undefined &&
    node.additional === undefined &&
    node.items === undefined &&
    (node.patterns ?? []).length === 0 &&
    Object.keys(node.properties ?? {}).length === 0
  );
}

/** The state of values no schema says anything about. */
export const noPrivacy: PrivacyState = {
  rule: undefined,
  scan: undefined,
  isBarren: true,
  properties: () => [],
  property: () => noPrivacy,
  similarProperty: () => noPrivacy,
  element: () => noPrivacy,
  single: () => noPrivacy,
};

function joinMaps(maps: readonly PrivacyMap[]): { allNodes: PrivacyNode[]; roots: number[] } {
  const allNodes: PrivacyNode[] = [];
  const roots: number[] = [];
  for (const map of maps) {
    const offset = allNodes.length;
    if (map.nodes.length > 0) roots.push(offset);
    for (const node of map.nodes) allNodes.push(shiftNode(node, offset));
  }
  return { allNodes, roots };
}

function shiftNode(node: PrivacyNode, offset: number): PrivacyNode {
  return {
    ...node,
    ...(node.properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(node.properties).map(([key, target]) => [key, target + offset]),
          ),
        }),
    ...(node.patterns === undefined
      ? {}
      : { patterns: node.patterns.map(({ pattern, node: target }) => ({ pattern, node: target + offset })) }),
    ...(node.additional === undefined ? {} : { additional: node.additional + offset }),
    ...(node.items === undefined ? {} : { items: node.items + offset }),
  };
}
