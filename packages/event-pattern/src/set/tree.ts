import type { Criterion } from "../criterion.ts";
import { InvalidCompiledFormError } from "../errors.ts";
import { FieldReader, type FieldValues } from "../field-reader.ts";
import { type BranchReader, BranchWriter } from "./branches.ts";
import type { CompiledNode, CompiledPatterns } from "./compiled-patterns.ts";
import { Field } from "./field.ts";
import type { Edge } from "./string-edges.ts";

/** A field and the criteria of which one must hold. */
export interface Clause {
  readonly anyOf: readonly Criterion[];
  readonly field: Field;
  readonly values: FieldValues;
  readonly hasAbsent: boolean;
  /** Ids of the values of which the field must have one; undefined when the field has other criteria too. */
  readonly exactIds: readonly number[] | undefined;
}

/**
 * The decision tree as it is walked. A node is the place in `words` where it begins. The parts of a node lie side by
 * side: thousands of small objects would be spread over more memory than the processor keeps near. The words of a node:
 *
 * - the number of the event that it was visited for last, which is written while matching
 * - how many branches it has, and the words of each, see `BranchReader`
 * - how many rules are to be looked at here, and of each: its number, how many clauses the way to this node has not
 *   settled, and the number of each
 *
 * Before a node stands what its branches refer to.
 */
export interface Tree {
  readonly reader: FieldReader;
  readonly words: Uint32Array;
  readonly root: number;
  /** The place of each node. */
  readonly nodes: Uint32Array;
  readonly branches: BranchReader;
  readonly fields: readonly Field[];
  readonly clauses: readonly Clause[];
  /** By rule: the pattern that it is of, and its clauses in ascending order of their path. */
  readonly ruleNames: Uint32Array;
  readonly ruleClauses: readonly (readonly Clause[])[];
}

/** Set in the word of a clause that needs one exact value: the field's place and the value's id are the rest of it. */
export const EXACT = 0x8000_0000;
export const VALUE_BITS = 20;
const MAX_INLINE_VALUES = 2 ** VALUE_BITS;
const MAX_INLINE_FIELDS = 2 ** (31 - VALUE_BITS);

/** Sets the number of the event that a node was visited for last to 0, in each node. */
export function forgetVisits({ words, nodes }: Tree): void {
  for (const node of nodes) words[node] = 0;
}

/** Makes the tree of a compiled set. @throws InvalidCompiledFormError */
export function loadTree(compiled: CompiledPatterns): Tree {
  if ((compiled as { format?: unknown } | null)?.format !== 1) {
    throw new InvalidCompiledFormError("Expected a compiled set of format 1; compile the patterns again");
  }
  return new TreeLoader(compiled).load();
}

class TreeLoader {
  readonly #compiled: CompiledPatterns;
  readonly #reader: FieldReader;
  readonly #fields: readonly Field[];
  readonly #clauses: readonly Clause[];
  /** The first word is no node's. */
  readonly #words: number[] = [0];
  readonly #nodes: number[] = [];
  readonly #branches: BranchWriter;

  constructor(compiled: CompiledPatterns) {
    this.#compiled = compiled;
    this.#reader = new FieldReader(compiled.paths);
    this.#fields = this.#reader.fields.map((values) => new Field(values));
    this.#clauses = compiled.clauses.map(([path, criteria]) => this.#clauseOf(path, criteria));
    this.#branches = new BranchWriter(this.#words, this.#fields);
  }

  load(): Tree {
    const { tree, rules } = this.#compiled;
    const ruleClauses = rules.map(([, clauses]) => clauses.map((id) => this.#known("clause", id, this.#clauses)));
    const root = this.#addNode(tree);
    const words = Uint32Array.from(this.#words);
    return {
      reader: this.#reader,
      words,
      root,
      nodes: Uint32Array.from(this.#nodes),
      branches: this.#branches.toReader(words),
      fields: this.#fields,
      clauses: this.#clauses,
      ruleNames: Uint32Array.from(rules, ([name]) => name),
      ruleClauses,
    };
  }

  /** Adds what lies below a node, then the node itself; gives its place. */
  #addNode({ checks, branches }: CompiledNode): number {
    const prepared = branches.map(([path, edges]) => {
      this.#field(path);
      const below = edges.map(([id, next]): Edge => ({ criterion: this.#criterion(id), node: this.#addNode(next) }));
      return this.#branches.prepare(path, below);
    });
    const node = this.#words.length;
    this.#nodes.push(node);
    this.#words.push(0, prepared.length);
    for (const branch of prepared) this.#branches.write(branch);
    this.#words.push(checks.length);
    for (const [rule, open] of checks) {
      this.#words.push(this.#expected("rule", rule, this.#compiled.rules), open.length);
      this.#words.push(...open.map((clause) => this.#wordOf(clause)));
    }
    return node;
  }

  #clauseOf(path: number, criteria: readonly number[]): Clause {
    const field = this.#field(path);
    const anyOf = criteria.map((id) => this.#criterion(id));
    const ids = anyOf.flatMap((criterion) => field.idOf(criterion) ?? []);
    return {
      anyOf,
      field,
      values: field.values,
      hasAbsent: anyOf.some(({ op }) => op === "absent"),
      exactIds: ids.length === anyOf.length ? ids : undefined,
    };
  }

  /** A clause as a word of a node. */
  #wordOf(id: number): number {
    const { field, exactIds = [] } = this.#known("clause", id, this.#clauses);
    const [value] = exactIds;
    const place = this.#fields.indexOf(field);
    if (exactIds.length !== 1 || value === undefined || value >= MAX_INLINE_VALUES || place >= MAX_INLINE_FIELDS) {
      return id;
    }
    return (EXACT | (place << VALUE_BITS) | value) >>> 0;
  }

  #criterion(id: number): Criterion {
    return this.#known("criterion", id, this.#compiled.criteria);
  }

  #field(path: number): Field {
    return this.#known("path", path, this.#fields);
  }

  #known<T>(kind: string, id: number, items: readonly T[]): T {
    const item = items[id];
    if (item !== undefined) return item;
    throw new InvalidCompiledFormError(`The compiled set names ${kind} ${id}, which it does not have`);
  }

  #expected(kind: string, id: number, items: readonly unknown[]): number {
    this.#known(kind, id, items);
    return id;
  }
}
