import type { Criterion } from "../criterion.ts";
import { upperCaseKey } from "../fold-case.ts";
import { groupBy } from "../group-by.ts";
import { ipDigits, ipv4Number } from "../ip-address.ts";
import { satisfies } from "../satisfies.ts";
import { AffixIndex, IgnoreCaseIndex } from "./affix-index.ts";
import { IntervalIndex } from "./interval-index.ts";
import { LiteralIndex } from "./literal-index.ts";
import { Numbers } from "./numbers.ts";
import type { TextEntries } from "./text-table.ts";

/** A criterion on a field and the node of the tree that it leads to. */
export interface Edge {
  readonly criterion: Criterion;
  readonly node: number;
}

/** Finds what the criteria on a string lead to without trying each. */
export interface StringIndex {
  /** Adds the items whose criterion the value satisfies; one item may come twice. */
  collect(value: string, into: Numbers): void;
}

/** Indexes over the criteria that are about strings, and the criteria that are not, or that no index would help. */
export function indexStrings(edges: readonly Edge[]): { indexes: StringIndex[]; left: Edge[] } {
  const indexes: StringIndex[] = [];
  const left: Edge[] = [];
  for (const [op, group] of groupBy(edges, (edge) => edge.criterion.op)) {
    switch (op) {
      case "prefix":
      case "suffix":
        indexes.push(new AffixIndex(group.map(byNode), op));
        break;
      case "prefix-ignore-case":
      case "suffix-ignore-case":
      case "equals-ignore-case":
        indexIgnoringCase(op, group, indexes, left);
        break;
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

function byNode({ criterion, node }: Edge): readonly [text: string, node: number] {
  return [textOf(criterion), node];
}

function textOf(criterion: Criterion): string {
  return "value" in criterion && typeof criterion.value === "string" ? criterion.value : "";
}

/** Tests the candidates of an index over parts of criteria. Items of that index are places in `edges`. */
class TestedIndex implements StringIndex {
  readonly #index: StringIndex;
  readonly #edges: readonly Edge[];
  readonly #candidates = new Numbers();

  constructor(index: StringIndex, edges: readonly Edge[]) {
    this.#index = index;
    this.#edges = edges;
  }

  collect(value: string, into: Numbers): void {
    const candidates = this.#candidates;
    candidates.count = 0;
    this.#index.collect(value, candidates);
    for (let place = 0; place < candidates.count; place += 1) {
      const edge = this.#edges[candidates.at(place)];
      if (edge !== undefined && satisfies(edge.criterion, value)) into.push(edge.node);
    }
  }
}

// oxlint-disable-next-line no-control-regex -- the range is the whole of ASCII
const ASCII = /^[\x00-\x7f]*$/;

type IgnoreCaseOp = "prefix-ignore-case" | "suffix-ignore-case" | "equals-ignore-case";

/** A letter of ASCII in a pattern stands for its two cases; other letters may have forms of several characters. */
function indexIgnoringCase(op: IgnoreCaseOp, group: readonly Edge[], indexes: StringIndex[], left: Edge[]): void {
  const byAlphabet = groupBy(group, ({ criterion }) => ASCII.test(textOf(criterion)));
  const ascii = byAlphabet.get(true) ?? [];
  const entries = ascii.map(({ criterion, node }) => [textOf(criterion).toUpperCase(), node] as const);
  if (entries.length > 0) {
    indexes.push(
      op === "equals-ignore-case"
        ? new IgnoreCaseIndex(entries)
        : new AffixIndex(entries, op === "prefix-ignore-case" ? "prefix" : "suffix", true),
    );
  }
  const keyed = (byAlphabet.get(false) ?? []).flatMap((edge) => {
    const key = upperCaseKey(textOf(edge.criterion));
    if (key === undefined) left.push(edge);
    return key === undefined ? [] : [{ key, edge }];
  });
  if (keyed.length === 0) return;
  const index = new UpperCaseIndex(
    keyed.map(({ key }, place) => [key, place]),
    op,
  );
  indexes.push(
    new TestedIndex(
      index,
      keyed.map(({ edge }) => edge),
    ),
  );
}

/** Looks values up in upper case. */
class UpperCaseIndex implements StringIndex {
  readonly #affixes: AffixIndex;

  constructor(entries: TextEntries, op: IgnoreCaseOp) {
    // A text that is the whole value begins it as well.
    this.#affixes = new AffixIndex(entries, op === "suffix-ignore-case" ? "suffix" : "prefix");
  }

  collect(value: string, into: Numbers): void {
    this.#affixes.collect(value.toUpperCase(), into);
  }
}

/** Blocks of addresses: of IPv4 as numbers, which is what nearly all are; of IPv6 as their digits. */
class AddressIndex implements StringIndex {
  readonly #v4: IntervalIndex<number>;
  readonly #v6: IntervalIndex<string>;
  readonly #hasV6: boolean;

  constructor(group: readonly Edge[]) {
    const blocks = group.flatMap(({ criterion, node }) =>
      criterion.op === "ip" ? [{ low: criterion.low, high: criterion.high, item: node }] : [],
    );
    const v4 = blocks.filter(({ low }) => low.length === 8);
    const v6 = blocks.filter(({ low }) => low.length !== 8);
    const asNumber = (digits: string): number => Number.parseInt(digits, 16);
    const closed = { isLowOpen: false, isHighOpen: false };
    this.#v4 = new IntervalIndex(
      v4.map(({ low, high, item }) => ({ low: asNumber(low), high: asNumber(high), item, ...closed })),
    );
    this.#v6 = new IntervalIndex(v6.map((block) => ({ ...block, ...closed })));
    this.#hasV6 = v6.length > 0;
  }

  collect(value: string, into: Numbers): void {
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

/** So long a literal lets most of a text be skipped. */
const LONG_LITERAL = 8;

function indexWildcards(group: readonly Edge[], indexes: StringIndex[], left: Edge[]): void {
  const uses = usesOfLiterals(group);
  const filed = group.map((edge) => ({ edge, ...keyOf(edge.criterion, uses) }));
  for (const [key, keyed] of groupBy(filed, ({ key }) => key)) {
    if (key === "none") left.push(...keyed.map(({ edge }) => edge));
    else if (key === "inner") {
      // Long and short literals apart: the shortest decides how much of a text can be skipped.
      for (const sized of groupBy(keyed, ({ literal }) => literal.length >= LONG_LITERAL).values()) {
        indexes.push(testedIndex(sized, (entries) => new LiteralIndex(entries)));
      }
    } else indexes.push(testedIndex(keyed, (entries) => new AffixIndex(entries, key)));
  }
}

function testedIndex(
  keyed: readonly { readonly literal: string; readonly edge: Edge }[],
  indexOf: (entries: TextEntries) => StringIndex,
): TestedIndex {
  const edges = keyed.map(({ edge }) => edge);
  return new TestedIndex(indexOf(keyed.map(({ literal }, place) => [literal, place])), edges);
}

function keyOf(criterion: Criterion, uses: ReadonlyMap<string, number>): { key: WildcardKey; literal: string } {
  const parts = criterion.op === "wildcard" ? criterion.parts : [];
  const prefix = parts[0] ?? "";
  const suffix = parts.at(-1) ?? "";
  const inner = innerLiteral(parts.slice(1, -1), uses);
  // A literal at either end is looked up once; one in the middle takes a walk through the value.
  const isAtNoEnd = prefix === "" && suffix === "";
  if (LiteralIndex.accepts(inner) && (isAtNoEnd || inner.length > 2 * Math.max(prefix.length, suffix.length))) {
    return { key: "inner", literal: inner };
  }
  if (isAtNoEnd) return { key: "none", literal: "" };
  return prefix.length >= suffix.length ? { key: "prefix", literal: prefix } : { key: "suffix", literal: suffix };
}

/** The literal that the fewest wildcards have, of the long ones if there are any; else the longest. */
function innerLiteral(parts: readonly string[], uses: ReadonlyMap<string, number>): string {
  const isBetter = (part: string, than: string): boolean => {
    if (part.length < LONG_LITERAL || than.length < LONG_LITERAL) return part.length > than.length;
    const difference = (uses.get(part) ?? 0) - (uses.get(than) ?? 0);
    return difference < 0 || (difference === 0 && part.length > than.length);
  };
  return parts.reduce((best, part) => (isBetter(part, best) ? part : best), "");
}

function usesOfLiterals(group: readonly Edge[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const { criterion } of group) {
    if (criterion.op !== "wildcard") continue;
    for (const part of new Set(criterion.parts)) uses.set(part, (uses.get(part) ?? 0) + 1);
  }
  return uses;
}
