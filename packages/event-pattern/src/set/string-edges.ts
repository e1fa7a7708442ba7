import type { Criterion } from "../criterion.ts";
import { upperCaseKey } from "../fold-case.ts";
import { groupBy } from "../group-by.ts";
import { LiteralIndex } from "./literal-index.ts";
import type { Relation, TextKey } from "./text-table.ts";

/** A criterion on a field and the node of the tree that it leads to. */
export interface Edge {
  readonly criterion: Criterion;
  readonly node: number;
}

/** Criteria that are found by a part of their text, and tested then. */
export interface Candidates {
  readonly edges: readonly Edge[];
  /** By place of the edge: the text that a value has to have. */
  readonly literals: readonly string[];
  readonly at: "start" | "end" | "anywhere";
  /** True if the literals are searched for in the value in upper case. */
  readonly isInUpperCase: boolean;
}

/** Criteria on strings, by how they are found. */
export interface StringEdges {
  readonly keys: Readonly<Record<Relation, readonly TextKey[]>>;
  readonly candidates: readonly Candidates[];
  /** Criteria that no index would help. */
  readonly left: readonly Edge[];
}

/** Sorts criteria by how they are found. */
export function sortStringEdges(edges: readonly Edge[]): StringEdges {
  const keys: Record<Relation, TextKey[]> = { is: [], begins: [], ends: [] };
  const candidates: Candidates[] = [];
  const left: Edge[] = [];
  for (const [op, group] of groupBy(edges, ({ criterion }) => criterion.op)) {
    switch (op) {
      case "prefix":
      case "suffix":
      case "prefix-ignore-case":
      case "suffix-ignore-case":
      case "equals-ignore-case": {
        const { keyed, others } = keysOf(op, group);
        keys[RELATIONS[op]].push(...keyed);
        const { found, lost } = othersInUpperCase(op, others);
        if (found.edges.length > 0) candidates.push(found);
        left.push(...lost);
        break;
      }
      case "wildcard": {
        const { found, lost } = candidatesOfWildcards(group);
        candidates.push(...found);
        left.push(...lost);
        break;
      }
      default:
        left.push(...group);
    }
  }
  return { keys, candidates, left };
}

const RELATIONS = {
  prefix: "begins",
  suffix: "ends",
  "prefix-ignore-case": "begins",
  "suffix-ignore-case": "ends",
  "equals-ignore-case": "is",
} as const satisfies Partial<Record<Criterion["op"], Relation>>;

type TextOp = keyof typeof RELATIONS;

// oxlint-disable-next-line no-control-regex -- the range is the whole of ASCII
const ASCII = /^[\x00-\x7f]*$/;

/** A letter of ASCII in a pattern stands for its two cases; other letters may have forms of several characters. */
function keysOf(op: TextOp, edges: readonly Edge[]): { keyed: TextKey[]; others: Edge[] } {
  const isCaseIgnored = op.endsWith("-ignore-case");
  const keyed: TextKey[] = [];
  const others: Edge[] = [];
  for (const edge of edges) {
    const text = textOf(edge.criterion);
    if (isCaseIgnored && !ASCII.test(text)) others.push(edge);
    else keyed.push({ text: isCaseIgnored ? text.toUpperCase() : text, item: edge.node, isCaseIgnored });
  }
  return { keyed, others };
}

function othersInUpperCase(op: TextOp, edges: readonly Edge[]): { found: Candidates; lost: Edge[] } {
  const keyed = edges.map((edge) => ({ edge, literal: upperCaseKey(textOf(edge.criterion)) }));
  const found = keyed.flatMap(({ edge, literal }) => (literal === undefined ? [] : [{ edge, literal }]));
  return {
    found: {
      edges: found.map(({ edge }) => edge),
      literals: found.map(({ literal }) => literal),
      // A text that is the whole value also begins it.
      at: op === "suffix-ignore-case" ? "end" : "start",
      isInUpperCase: true,
    },
    lost: keyed.flatMap(({ edge, literal }) => (literal === undefined ? [edge] : [])),
  };
}

function textOf(criterion: Criterion): string {
  return "value" in criterion && typeof criterion.value === "string" ? criterion.value : "";
}

/** The part of a wildcard that it is found by; `at` is undefined when it has next to no literal text. */
interface WildcardKey {
  readonly at: Candidates["at"] | undefined;
  readonly literal: string;
}

/** So long a literal lets most of a text be skipped. */
const LONG_LITERAL = 8;

function candidatesOfWildcards(edges: readonly Edge[]): { found: Candidates[]; lost: Edge[] } {
  const uses = usesOfLiterals(edges);
  const keyed = edges.map((edge) => ({ edge, ...keyOf(edge.criterion, uses) }));
  // Long and short literals apart: the shortest decides how much of a text can be skipped.
  const kinds = groupBy(keyed, ({ at, literal }) => `${at}, ${at === "anywhere" && literal.length >= LONG_LITERAL}`);
  const found: Candidates[] = [];
  const lost: Edge[] = [];
  for (const kind of kinds.values()) {
    const at = kind[0]?.at;
    const wildcards = kind.map(({ edge }) => edge);
    if (at === undefined) lost.push(...wildcards);
    else found.push({ edges: wildcards, literals: kind.map(({ literal }) => literal), at, isInUpperCase: false });
  }
  return { found, lost };
}

function keyOf(criterion: Criterion, uses: ReadonlyMap<string, number>): WildcardKey {
  const parts = criterion.op === "wildcard" ? criterion.parts : [];
  const prefix = parts[0] ?? "";
  const suffix = parts.at(-1) ?? "";
  const inner = innerLiteral(parts.slice(1, -1), uses);
  // A literal at either end is looked up once; one in the middle takes a walk through the value.
  const isAtNoEnd = prefix === "" && suffix === "";
  if (LiteralIndex.accepts(inner) && (isAtNoEnd || inner.length > 2 * Math.max(prefix.length, suffix.length))) {
    return { at: "anywhere", literal: inner };
  }
  if (isAtNoEnd) return { at: undefined, literal: "" };
  return prefix.length >= suffix.length ? { at: "start", literal: prefix } : { at: "end", literal: suffix };
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
