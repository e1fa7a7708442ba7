import { isSatisfiable, type ReadField } from "../array-consistency.ts";
import type { Criterion } from "../criterion.ts";
import { InvalidCompiledFormError } from "../errors.ts";
import { mayHaveLostDigits, parseKeepingDigits, parseQuickly } from "../event-text.ts";
import { FieldReader, type FieldValues } from "../field-reader.ts";
import { satisfies } from "../satisfies.ts";
import { BranchIndex } from "./branch-index.ts";
import type { CompiledNode, CompiledPatterns } from "./compiled-patterns.ts";

/** A rule as it is looked at in one place of the tree. */
interface Check {
  readonly rule: Rule;
  readonly open: readonly Clause[];
}

interface Rule {
  readonly name: number;
  readonly clauses: readonly Clause[];
}

/** A clause and what came of it for the event with number `askedFor`. */
interface Clause {
  readonly anyOf: readonly Criterion[];
  readonly values: FieldValues;
  readonly hasAbsent: boolean;
  askedFor: number;
  holds: boolean;
}

interface Node {
  readonly checks: readonly Check[];
  readonly branches: readonly { readonly values: FieldValues; readonly index: BranchIndex<Node> }[];
  visitedFor: number;
}

/** A loaded set: the tree with its indexes, and the scratch space of one match at a time. */
export class LoadedSet {
  readonly #names: readonly string[];
  readonly #reader: FieldReader;
  readonly #root: Node;
  readonly #foundFor: Uint32Array;
  readonly #found: number[] = [];
  /** Number of the event being matched; what carries another number is stale. */
  #event = 0;
  #isInArrays = false;

  /** @throws InvalidCompiledFormError */
  constructor(compiled: CompiledPatterns) {
    if ((compiled as { format?: unknown } | null)?.format !== 1) {
      throw new InvalidCompiledFormError("Expected a compiled set of format 1; compile the patterns again");
    }
    this.#names = compiled.names;
    this.#reader = new FieldReader(compiled.paths);
    this.#foundFor = new Uint32Array(compiled.names.length);
    this.#root = new TreeLoader(compiled, this.#reader).root();
  }

  match(event: unknown, text?: string): string[] {
    if (text !== undefined) return this.#matchBoth(event, text);
    this.#reader.read(event);
    return this.#matchRead();
  }

  matchText(text: string): string[] {
    return this.#matchBoth(parseQuickly(text), text);
  }

  #matchBoth(event: unknown, text: string): string[] {
    const reader = this.#reader;
    reader.read(event);
    // Only digits that a pattern may be compared with matter, and nearly no event has more than a double holds.
    if (reader.hasNumbers && mayHaveLostDigits(text, reader.hasExtremeNumbers)) reader.read(parseKeepingDigits(text));
    return this.#matchRead();
  }

  #matchRead(): string[] {
    this.#event += 1;
    this.#found.length = 0;
    this.#isInArrays = this.#reader.fields.some((values) => values.isInArrays);
    this.#visit(this.#root);
    if (this.#found.length > 1) this.#found.sort((a, b) => a - b);
    return this.#found.map((name) => this.#names[name] ?? "");
  }

  readonly #visit = (node: Node): void => {
    if (node.visitedFor === this.#event) return;
    node.visitedFor = this.#event;
    for (const check of node.checks) this.#check(check);
    for (const { values, index } of node.branches) index.forEach(values, this.#visit);
  };

  #check({ rule, open }: Check): void {
    if (this.#foundFor[rule.name] === this.#event) return;
    for (const clause of open) if (!this.#holds(clause)) return;
    if (this.#isInArrays && !isConsistent(rule.clauses)) return;
    this.#foundFor[rule.name] = this.#event;
    this.#found.push(rule.name);
  }

  /**
   * Whether a clause holds by itself, in whatever array elements. Many rules share a clause: it is asked once an event.
   */
  #holds(clause: Clause): boolean {
    if (clause.askedFor === this.#event) return clause.holds;
    clause.askedFor = this.#event;
    clause.holds = holdsAnywhere(clause);
    return clause.holds;
  }
}

function holdsAnywhere({ anyOf, values, hasAbsent }: Clause): boolean {
  if (hasAbsent && (values.count === 0 || values.isInArrays)) return true;
  for (let at = 0; at < values.count; at += 1) {
    const value = values.values[at] ?? null;
    for (const criterion of anyOf) if (satisfies(criterion, value)) return true;
  }
  return false;
}

/** Fields that each hold somewhere must hold together; that is a question only when arrays are involved. */
function isConsistent(clauses: readonly Clause[]): boolean {
  const inArrays = clauses.filter(({ values }) => values.isInArrays);
  if (inArrays.length === 0 || (inArrays.length === 1 && !inArrays[0]?.hasAbsent)) return true;
  return isSatisfiable(clauses satisfies readonly ReadField[]);
}

class TreeLoader {
  readonly #compiled: CompiledPatterns;
  readonly #reader: FieldReader;
  readonly #clauses: readonly Clause[];
  readonly #rules: readonly Rule[];

  constructor(compiled: CompiledPatterns, reader: FieldReader) {
    this.#compiled = compiled;
    this.#reader = reader;
    this.#clauses = compiled.clauses.map(([path, criteria]) => {
      const anyOf = criteria.map((id) => this.#criterion(id));
      return {
        anyOf,
        values: this.#values(path),
        hasAbsent: anyOf.some(({ op }) => op === "absent"),
        askedFor: 0,
        holds: false,
      };
    });
    this.#rules = compiled.rules.map(([name, clauses]) => ({ name, clauses: clauses.map((id) => this.#clause(id)) }));
  }

  root(): Node {
    return this.#node(this.#compiled.tree);
  }

  #node({ checks, branches }: CompiledNode): Node {
    return {
      checks: checks.map(([rule, open]) => ({ rule: this.#rule(rule), open: open.map((id) => this.#clause(id)) })),
      branches: branches.map(([path, edges]) => ({
        values: this.#values(path),
        index: new BranchIndex(edges.map(([id, node]) => ({ criterion: this.#criterion(id), node: this.#node(node) }))),
      })),
      visitedFor: 0,
    };
  }

  #criterion(id: number): Criterion {
    return this.#compiled.criteria[id] ?? this.#broken("criterion", id);
  }

  #clause(id: number): Clause {
    return this.#clauses[id] ?? this.#broken("clause", id);
  }

  #rule(id: number): Rule {
    return this.#rules[id] ?? this.#broken("rule", id);
  }

  #values(path: number): FieldValues {
    return this.#reader.fields[path] ?? this.#broken("path", path);
  }

  #broken(what: string, id: number): never {
    throw new InvalidCompiledFormError(`The compiled set names ${what} ${id}, which it does not have`);
  }
}
