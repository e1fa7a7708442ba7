import type { Criterion } from "../criterion.ts";
import type { CompiledBranch, CompiledClause, CompiledNode, CompiledRule } from "./compiled-patterns.ts";
import { shareOfEvents } from "./selectivity.ts";

/** So few rules are looked at one by one: an index over them would cost more than it saves. */
const MAX_CHECKS = 4;

/** Places one rule may have in the tree. A rule stands below each alternative of the fields it is found by. */
const MAX_PLACES = 256;

/** A rule on its way into the tree. */
interface Placing {
  readonly rule: number;
  /** Clauses not settled yet, the most selective first. */
  readonly open: readonly number[];
  /** How many places it has already. */
  readonly places: number;
}

/** The parts of a set the tree is built over. */
export interface TreeInput {
  readonly criteria: readonly Criterion[];
  readonly clauses: readonly CompiledClause[];
  readonly rules: readonly CompiledRule[];
}

/**
 * Builds the decision tree of a set. From the top, each rule is filed under the clause that should rule it out most
 * often; rules that share a place are split again by their next clause, until few are left in one place.
 */
export function buildTree(input: TreeInput): CompiledNode {
  const shares = clauseShares(input);
  const bySelectivity = (a: number, b: number): number => (shares[a] ?? 1) - (shares[b] ?? 1) || a - b;
  const placings = input.rules.map(([, clauses], rule) => ({
    rule,
    open: [...clauses].sort(bySelectivity),
    places: 1,
  }));
  return nodeOf(placings, input.clauses);
}

function clauseShares({ criteria, clauses }: TreeInput): number[] {
  const onField = new Map<number, Set<number>>();
  for (const [path, ids] of clauses) {
    const known = onField.get(path) ?? new Set<number>();
    onField.set(path, known);
    for (const id of ids) known.add(id);
  }
  return clauses.map(([path, ids]) => {
    const census = { criteria: onField.get(path)?.size ?? 0 };
    let share = 0;
    for (const id of ids) {
      const criterion = criteria[id];
      share += criterion === undefined ? 1 : shareOfEvents(criterion, census);
    }
    return Math.min(1, share);
  });
}

function nodeOf(placings: readonly Placing[], clauses: readonly CompiledClause[]): CompiledNode {
  if (placings.length <= MAX_CHECKS) return { checks: placings.map(({ rule, open }) => [rule, open]), branches: [] };
  const checks: (readonly [number, readonly number[]])[] = [];
  const branches = new Map<number, Map<number, Placing[]>>();
  for (const placing of placings) {
    const clause = placing.open.find((id) => placing.places * alternatives(clauses, id) <= MAX_PLACES);
    const [path, criteria] = clauses[clause ?? -1] ?? [];
    if (path === undefined || criteria === undefined) {
      checks.push([placing.rule, placing.open]);
      continue;
    }
    const edges = branches.get(path) ?? new Map<number, Placing[]>();
    branches.set(path, edges);
    const open = placing.open.filter((id) => id !== clause);
    for (const criterion of criteria) {
      const below = edges.get(criterion) ?? [];
      edges.set(criterion, below);
      below.push({ rule: placing.rule, open, places: placing.places * criteria.length });
    }
  }
  return {
    checks,
    branches: [...branches].map(
      ([path, edges]): CompiledBranch => [
        path,
        [...edges].map(([criterion, below]) => [criterion, nodeOf(below, clauses)] as const),
      ],
    ),
  };
}

function alternatives(clauses: readonly CompiledClause[], clause: number): number {
  return clauses[clause]?.[1].length ?? 0;
}
