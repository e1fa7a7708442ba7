import type { Criterion } from "../criterion.ts";
import type { CompiledBranch, CompiledClause, CompiledNode, CompiledRule } from "./compiled-patterns.ts";
import { shareOfEvents } from "./selectivity.ts";

/** So few rules are looked at one by one: an index over them would cost more than it saves. */
const MAX_CHECKS = 4;

/** Places one rule may have in the tree. A rule stands below each alternative of the fields it is found by. */
const MAX_PLACES = 256;

/** So many rules of a node at least are sorted by a field such as the event's type first. */
const MIN_CATEGORY_RULES = 256;

/** Rules that ask for each value of such a field, on average and at least. */
const MIN_RULES_PER_VALUE = 32;

/** A rule that asks for more values of it is filed by another field: it would stand below each of them. */
const MAX_CATEGORY_ALTERNATIVES = 4;

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
  return nodeOf(placings, input);
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

function nodeOf(placings: readonly Placing[], input: TreeInput): CompiledNode {
  const { clauses } = input;
  if (placings.length <= MAX_CHECKS) return { checks: placings.map(({ rule, open }) => [rule, open]), branches: [] };
  const checks: (readonly [number, readonly number[]])[] = [];
  const branches = new Map<number, Map<number, Placing[]>>();
  const category = categoryOf(placings, input);
  for (const placing of placings) {
    const fits = (id: number): boolean => placing.places * alternatives(clauses, id) <= MAX_PLACES;
    const sorts = (id: number): boolean =>
      clauses[id]?.[0] === category && alternatives(clauses, id) <= MAX_CATEGORY_ALTERNATIVES;
    const clause = placing.open.find((id) => sorts(id) && fits(id)) ?? placing.open.find(fits);
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
        [...edges].map(([criterion, below]) => [criterion, nodeOf(below, input)] as const),
      ],
    ),
  };
}

/**
 * The field that sorts most of the rules into few kinds, as the type of an event does, if there is one: most rules ask
 * for one of its values, and each value is asked for by many rules.
 */
function categoryOf(placings: readonly Placing[], { clauses, criteria }: TreeInput): number | undefined {
  if (placings.length < MIN_CATEGORY_RULES) return undefined;
  const fields = new Map<number, { rules: number; readonly values: Set<number> }>();
  for (const { open } of placings) {
    for (const id of open) {
      const [path, ids] = clauses[id] ?? [];
      if (path === undefined || ids === undefined || !ids.every((value) => criteria[value]?.op === "equals")) continue;
      const field = fields.get(path) ?? { rules: 0, values: new Set<number>() };
      fields.set(path, field);
      field.rules += 1;
      for (const value of ids) field.values.add(value);
    }
  }
  const found = [...fields].filter(
    ([, { rules, values }]) => 2 * rules > placings.length && values.size * MIN_RULES_PER_VALUE <= rules,
  );
  return found.sort(([, a], [, b]) => b.values.size - a.values.size)[0]?.[0];
}

function alternatives(clauses: readonly CompiledClause[], clause: number): number {
  return clauses[clause]?.[1].length ?? 0;
}
