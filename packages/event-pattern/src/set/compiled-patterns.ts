import type { Criterion } from "../criterion.ts";

/**
 * The compiled form of a set: plain JSON, to be stored and loaded elsewhere. Everything is interned and named by its
 * index. Write it and read it with the same version of this package; `format` changes when the form does.
 */
export interface CompiledPatterns {
  readonly format: 1;
  readonly names: readonly string[];
  readonly paths: readonly string[];
  readonly criteria: readonly Criterion[];
  /** A field and the criteria of which one must hold. */
  readonly clauses: readonly CompiledClause[];
  /** The combinations of each pattern's `$or`s. */
  readonly rules: readonly CompiledRule[];
  readonly tree: CompiledNode;
}

/** A field and the criteria of which one must hold, both as indexes. */
export type CompiledClause = readonly [path: number, criteria: readonly number[]];

/** Clauses are in ascending order of their path, which is the order array consistency is decided in. */
export type CompiledRule = readonly [name: number, clauses: readonly number[]];

/**
 * A place in the decision tree. `checks` are rules to look at here, each with the clauses that the way to this place
 * has not settled; `branches` lead on by the value of one field.
 */
export interface CompiledNode {
  readonly checks: readonly (readonly [rule: number, openClauses: readonly number[]])[];
  readonly branches: readonly CompiledBranch[];
}

/** A field that is read here, and the node that each criterion leads to when it holds. */
export type CompiledBranch = readonly [
  path: number,
  edges: readonly (readonly [criterion: number, node: CompiledNode])[],
];
