import type { Criterion } from "../criterion.ts";
import { upperCaseKey } from "../fold-case.ts";
import { ipDigits, ipv4Number } from "../ip-address.ts";
import { createAffixIndex } from "./affix-index.ts";
import { LiteralIndex } from "./literal-index.ts";
import { IntervalIndex } from "./interval-index.ts";
import { groupBy } from "../group-by.ts";

/** Narrows the criteria on a string down to a few candidates, which still have to be tested. */
export interface StringIndex<E> {
  /** Adds every item whose criterion the value satisfies, and perhaps others. */
  collect(value: string, into: E[]): void;
}

interface WithCriterion {
  readonly criterion: Criterion;
}

/** Indexes over the criteria that are about strings, and the criteria that are not, or that no index would help. */
export function indexStrings<E extends WithCriterion>(edges: readonly E[]): { indexes: StringIndex<E>[]; left: E[] } {
  const indexes: StringIndex<E>[] = [];
  const left: E[] = [];
  for (const [op, group] of groupBy(edges, (edge) => edge.criterion.op)) {
    switch (op) {
      case "prefix":
      case "suffix":
        indexes.push(createAffixIndex(affixes(group), op));
        break;
      case "prefix-ignore-case":
      case "suffix-ignore-case":
      case "equals-ignore-case": {
        const { keyed, unkeyed } = upperCased(group);
        left.push(...unkeyed);
        if (op === "equals-ignore-case") indexes.push(new UpperCaseIndex(new EqualityIndex(keyed)));
        else
          indexes.push(new UpperCaseIndex(createAffixIndex(keyed, op === "prefix-ignore-case" ? "prefix" : "suffix")));
        break;
      }
      case "ip":
        indexes.push(new AddressIndex(group));
        break;
      case "wildcard":
        indexWildcards(group, indexes, left);
        break;
      default:
        left.push(...group);
    }
  }
  return { indexes, left };
}

function affixes<E extends WithCriterion>(group: readonly E[]): (readonly [affix: string, item: E])[] {
  return group.map((edge) => [textOf(edge.criterion), edge] as const);
}

function textOf(criterion: Criterion): string {
  return "value" in criterion && typeof criterion.value === "string" ? criterion.value : "";
}

function upperCased<E extends WithCriterion>(group: readonly E[]) {
  const keyed: (readonly [key: string, item: E])[] = [];
  const unkeyed: E[] = [];
  for (const edge of group) {
    const key = upperCaseKey(textOf(edge.criterion));
    if (key === undefined) unkeyed.push(edge);
    else keyed.push([key, edge]);
  }
  return { keyed, unkeyed };
}

/** Looks values up in upper case. */
class UpperCaseIndex<E> implements StringIndex<E> {
  readonly #index: StringIndex<E>;

  constructor(index: StringIndex<E>) {
    this.#index = index;
  }

  collect(value: string, into: E[]): void {
    this.#index.collect(value.toUpperCase(), into);
  }
}

class EqualityIndex<E> implements StringIndex<E> {
  readonly #items = new Map<string, E[]>();

  constructor(entries: readonly (readonly [text: string, item: E])[]) {
    for (const [text, item] of entries) {
      const items = this.#items.get(text);
      if (items === undefined) this.#items.set(text, [item]);
      else items.push(item);
    }
  }

  collect(value: string, into: E[]): void {
    const items = this.#items.get(value);
    if (items !== undefined) into.push(...items);
  }
}

/** Blocks of addresses: of IPv4 as numbers, which is what nearly all are; of IPv6 as their digits. */
class AddressIndex<E extends WithCriterion> implements StringIndex<E> {
  readonly #v4: IntervalIndex<number, E>;
  readonly #v6: IntervalIndex<string, E>;
  readonly #hasV6: boolean;

  constructor(group: readonly E[]) {
    const blocks = group.flatMap((edge) => {
      const { criterion } = edge;
      return criterion.op === "ip" ? [{ low: criterion.low, high: criterion.high, item: edge }] : [];
    });
    const v4 = blocks.filter(({ low }) => low.length === 8);
    const v6 = blocks.filter(({ low }) => low.length !== 8);
    const asNumber = (digits: string): number => Number.parseInt(digits, 16);
    this.#v4 = new IntervalIndex(v4.map(({ low, high, item }) => ({ low: asNumber(low), high: asNumber(high), item })));
    this.#v6 = new IntervalIndex(v6);
    this.#hasV6 = v6.length > 0;
  }

  collect(value: string, into: E[]): void {
    const number = ipv4Number(value);
    if (number !== undefined) {
      this.#v4.collect(number, into);
      return;
    }
    // An IPv4 address can be written as an IPv6 one, so that this is not about IPv6 blocks alone.
    if (!this.#hasV6 && !value.includes(":")) return;
    const digits = ipDigits(value);
    if (digits?.length === 8) this.#v4.collect(Number.parseInt(digits, 16), into);
    else if (digits !== undefined) this.#v6.collect(digits, into);
  }
}

/** Which literal part of a wildcard it is found by. */
type WildcardKey = "prefix" | "suffix" | "inner" | "none";

function indexWildcards<E extends WithCriterion>(group: readonly E[], indexes: StringIndex<E>[], left: E[]): void {
  const filed = groupBy(group, ({ criterion }) => keyOf(criterion));
  const literals = (edges: readonly E[], key: WildcardKey) =>
    edges.map((edge) => [literalOf(edge.criterion, key), edge] as const);
  for (const [key, edges] of filed) {
    if (key === "none") left.push(...edges);
    else if (key === "inner") indexes.push(...literalIndexes(literals(edges, key)));
    else indexes.push(createAffixIndex(literals(edges, key), key));
  }
}

function keyOf(criterion: Criterion): WildcardKey {
  const prefix = literalOf(criterion, "prefix").length;
  const suffix = literalOf(criterion, "suffix").length;
  const inner = literalOf(criterion, "inner");
  // A literal at either end is looked up once; one in the middle takes a walk through the value.
  if (LiteralIndex.accepts(inner) && inner.length > 2 * Math.max(prefix, suffix)) return "inner";
  if (prefix === 0 && suffix === 0) return LiteralIndex.accepts(inner) ? "inner" : "none";
  return prefix >= suffix ? "prefix" : "suffix";
}

function literalOf(criterion: Criterion, key: WildcardKey): string {
  if (criterion.op !== "wildcard") return "";
  const { parts } = criterion;
  if (key === "prefix") return parts[0] ?? "";
  if (key === "suffix") return parts[parts.length - 1] ?? "";
  return parts.slice(1, -1).reduce((longest, part) => (part.length > longest.length ? part : longest), "");
}

/** Long and short literals apart: the shortest decides how much of a text can be skipped. */
function literalIndexes<E>(entries: readonly (readonly [literal: string, item: E])[]): StringIndex<E>[] {
  const [long = [], short = []] = [true, false].map((isLong) =>
    entries.filter(([literal]) => literal.length >= LONG_LITERAL === isLong),
  );
  return [long, short].filter((group) => group.length > 0).map((group) => new LiteralIndex(group));
}

const LONG_LITERAL = 8;
