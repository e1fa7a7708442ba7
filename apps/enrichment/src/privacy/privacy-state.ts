import {
  movePrivacyNode,
  nameLetters,
  type PrivacyMap,
  type PrivacyNode,
  privacyNodesLeadingTo,
  type PrivacyRule,
  strictestRule,
} from "@millrace/event-contracts";
import { rememberLast } from "@millrace/enrichments/bounded-cache";
import { allDetectors } from "@millrace/sensitive-text";
import { pointerStep } from "../json-value.ts";
import { MAX_REMEMBERED_NAMES } from "../limits.ts";
import type { MaskingMemory, ScanText } from "../memory/masking-memory.ts";

/**
 * Position of a walk through a value in a privacy map: a set of the map's nodes, made deterministic, and whether the
 * value is undeclared. States are made as walks reach them, and shared.
 */
export interface PrivacyState {
  /** Rule for the value here. */
  readonly rule: PrivacyRule | undefined;
  /** Search of the rule, if its action is `scan`. */
  readonly scan: ScanText | undefined;
  /** Nothing is to be done with a valid value here. */
  readonly isBarren: boolean;
  /**
   * True if no contract declares the value, or the event may break its contract: texts are scanned, and names tell the
   * kind of a value.
   */
  readonly isUndeclared: boolean;
  /** The properties to look at, and no other leads to a rule; `undefined` when every property has to be asked for. */
  properties(): readonly PropertyState[] | undefined;
  property(key: string): PrivacyState;
  element(): PrivacyState;
  /** Where a single value leads that stands where the schema has an array. */
  single(): PrivacyState;
  /** The same place in an event that may break its contract. */
  undeclared(): PrivacyState;
  /** A place that no schema knows: what lies there is known by its name alone. */
  anywhere(): PrivacyState;
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

/** Where names lead by themselves. */
interface KnownNames {
  readonly byName: ReadonlyMap<string, ReadonlySet<number>>;
  /** Patterns that name what they lead to. */
  readonly patterns: readonly CompiledPattern[];
}

/** Between the steps of a path that is one name, as forms and flattened objects write it. */
const pathSeparators = /[.[\]/:&?=]+/u;

/** Names that no pattern is made for. */
const anyNames = ["x", "anything", "Any-Thing_1"];

// More states than any sane map has: an adversary's property names can reach combinations of patterns only.
const MAX_STATES = 10_000;

/**
 * Prepares privacy maps that apply to the same value for walking it; the result is the state of the root.
 *
 * @param isTrusted whether a name that a map declares without a rule is not sensitive there, also in an event that
 *   breaks its contract; false when nobody knows whether the maps are those of the event
 */
export function compilePrivacyMaps(maps: readonly PrivacyMap[], memory: MaskingMemory, isTrusted = true): PrivacyState {
  const { allNodes, roots } = joinMaps(maps);
  /** Index of no node: the place of undeclared values. */
  const nowhere = allNodes.length;
  const toRule = privacyNodesLeadingTo(allNodes, ({ rule }) => rule !== undefined);
  const toWork = privacyNodesLeadingTo(allNodes, ({ rule, open }) => rule !== undefined || open === true);
  const patterns = new Map<PrivacyNode, CompiledPattern[]>(
    allNodes.map((node) => [
      node,
      (node.patterns ?? []).map(({ pattern, node: target }) => ({
        expression: new RegExp(pattern, "u"),
        node: target,
      })),
    ]),
  );
  // Made with the first name that nobody declared: most events have none.
  let knownNames: KnownNames | undefined;
  let states = new Map<string, PrivacyState>();

  function stateOf(indices: readonly number[]): PrivacyState {
    const sorted = [...new Set(indices)].sort((a, b) => a - b);
    const key = sorted.join();
    const known = states.get(key);
    if (known !== undefined) return known;
    if (states.size >= MAX_STATES) states = new Map();
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
    const isUndeclared = indices.includes(nowhere);
    const isOpen = isUndeclared || nodes.some(({ open }) => open === true);
    const isListed = !isOpen && nodes.every(({ additional, patterns: free }) => additional === undefined && !free);
    const known = new Map<string, PrivacyState>();
    let properties: PropertyState[] | undefined;
    let element: PrivacyState | undefined;
    let single: PrivacyState | undefined;
    let undeclared: PrivacyState | undefined;

    // States are made when they are first asked for: the map of a recursive schema would never end otherwise.
    return {
      rule,
      scan: rule?.action === "scan" ? rememberLast(memory.scanFor(rule.detect ?? allDetectors)) : undefined,
      isBarren: !isUndeclared && !indices.some((index) => toWork.has(index)),
      isUndeclared,
      properties() {
        if (!isListed) return undefined;
        properties ??= [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))]
          .map((key) => ({
            key,
            step: pointerStep(key),
            state: this.property(key),
            isInherited: key in Object.prototype,
          }))
          .filter(({ state }) => !state.isBarren);
        return properties;
      },
      property(key) {
        const remembered = known.get(key);
        if (remembered !== undefined) return remembered;
        const state = stateOf(targetsOf(key));
        // Names of clients: as many as there are, and as long.
        if (known.size < MAX_REMEMBERED_NAMES) known.set(key, state);
        return state;
      },
      single() {
        single ??= nodes.some((node) => node.items !== undefined) ? stateOf(withElements(indices)) : this;
        return single;
      },
      element() {
        // An array may stand where the schema has one value: its elements are then that value.
        const below = isOpen && nodes.every(({ items }) => items === undefined) ? [nowhere] : [];
        element ??= stateOf([...nodes.flatMap((node) => node.items ?? []), ...indices, ...below]);
        return element;
      },
      undeclared: () => (undeclared ??= stateOf([...indices, nowhere])),
      anywhere: () => stateOf([nowhere]),
    };

    function targetsOf(key: string): number[] {
      const isDeclared = nodes.some(({ properties: names }) => names !== undefined && Object.hasOwn(names, key));
      const targets = nodes.flatMap((node) => {
        if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return node.properties[key] ?? [];
        const matching = (patterns.get(node) ?? []).filter(({ expression }) => expression.test(key));
        return [...(node.additional === undefined ? [] : [node.additional]), ...matching.map(({ node }) => node)];
      });
      if (isUndeclared || (isOpen && !isDeclared)) targets.push(nowhere);
      const isKnownByName = isDeclared ? isUndeclared && !isTrusted : isOpen;
      return isKnownByName ? [...targets, ...targetsOfName(key)] : targets;
    }
  }

  /** Where a name leads by itself: as it is, by a pattern, and by its steps if it is a path (`customer[fullName]`). */
  function targetsOfName(name: string): number[] {
    knownNames ??= {
      byName: indexNames(allNodes, toRule),
      // One that takes any name names nothing.
      patterns: [...patterns.values()]
        .flat()
        .filter(({ expression, node }) => toRule.has(node) && !anyNames.some((each) => expression.test(each))),
    };
    const { byName } = knownNames;
    const steps = name.split(pathSeparators).filter((step) => step !== "" && !/^\d+$/u.test(step));
    const last = steps.at(-1) ?? name;
    // A step above the last is masked as a whole, or says nothing of its value.
    const above = steps.slice(0, -1).flatMap((step) => [...(byName.get(nameLetters(step)) ?? [])]);
    return [
      ...(byName.get(nameLetters(name)) ?? []),
      ...(last === name ? [] : (byName.get(nameLetters(last)) ?? [])),
      ...above.filter((index) => allNodes[index]?.rule !== undefined),
      ...knownNames.patterns.flatMap(({ expression, node }) => (expression.test(last) ? [node] : [])),
    ];
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

/** Indexes the names that lead to a rule by their letters. A name means the same everywhere in the data. */
function indexNames(
  nodes: readonly PrivacyNode[],
  toRule: ReadonlySet<number>,
): ReadonlyMap<string, ReadonlySet<number>> {
  const byName = new Map<string, Set<number>>();
  for (const { properties } of nodes) {
    for (const [name, target] of Object.entries(properties ?? {})) {
      if (!toRule.has(target)) continue;
      const letters = nameLetters(name);
      const targets = byName.get(letters);
      if (targets === undefined) byName.set(letters, new Set([target]));
      else targets.add(target);
    }
  }
  return byName;
}

function joinMaps(maps: readonly PrivacyMap[]): { allNodes: PrivacyNode[]; roots: number[] } {
  const allNodes: PrivacyNode[] = [];
  const roots: number[] = [];
  for (const map of maps) {
    const offset = allNodes.length;
    for (const root of map.roots ?? (map.nodes.length > 0 ? [0] : [])) roots.push(root + offset);
    for (const node of map.nodes) allNodes.push(offset === 0 ? node : movePrivacyNode(node, (index) => index + offset));
  }
  return { allNodes, roots };
}
