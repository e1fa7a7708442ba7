import { isSatisfiable } from "../array-consistency.ts";
import { mayHaveLostDigits, parseKeepingDigits, parseQuickly } from "../event-text.ts";
import type { FieldReader } from "../field-reader.ts";
import { satisfies } from "../satisfies.ts";
import type { CompiledPatterns } from "./compiled-patterns.ts";
import { UNKNOWN_VALUE } from "./field.ts";
import { Numbers } from "./numbers.ts";
import { type Clause, EXACT, forgetVisits, loadTree, type Tree, VALUE_BITS } from "./tree.ts";

/** The numbers of events start again after this one: twice it and one more are written as 32 bits. */
const LAST_EVENT = 0x7fff_ffff;

/** Stands for no pattern: there are fewer of them. */
const NO_PATTERN = -1;

const VALUE_MASK = 2 ** VALUE_BITS - 1;

/** A loaded set: the tree with its indexes, and the scratch space of one match at a time. */
export class LoadedSet {
  readonly #names: readonly string[];
  readonly #reader: FieldReader;
  readonly #tree: Tree;
  readonly #found = new Numbers();
  /** Nodes still to be visited. */
  readonly #open = new Numbers();
  /** Number of the event being matched; what carries another number is stale. */
  #event = 0;
  readonly #foundFor: Uint32Array;
  /** By clause: twice the event it was asked for, and one more if it holds. */
  readonly #asked: Uint32Array;

  readonly #lastEvent: number;

  /** @throws InvalidCompiledFormError */
  constructor(compiled: CompiledPatterns, lastEvent = LAST_EVENT) {
    this.#lastEvent = lastEvent;
    this.#tree = loadTree(compiled);
    this.#reader = this.#tree.reader;
    this.#names = compiled.names;
    this.#foundFor = new Uint32Array(compiled.names.length);
    this.#asked = new Uint32Array(this.#tree.clauses.length);
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
    this.#startEvent();
    const found = this.#found;
    found.count = 0;
    this.#visitAll();
    if (found.count > 1) found.sort();
    const names: string[] = [];
    let last = NO_PATTERN;
    for (let place = 0; place < found.count; place += 1) {
      const pattern = found.at(place);
      if (pattern !== last) names.push(this.#names[pattern] ?? "");
      last = pattern;
    }
    return names;
  }

  #startEvent(): void {
    if (this.#event === this.#lastEvent) {
      this.#event = 0;
      forgetVisits(this.#tree);
      this.#foundFor.fill(0);
      this.#asked.fill(0);
    }
    this.#event += 1;
  }

  #visitAll(): void {
    const { words, root } = this.#tree;
    const open = this.#open;
    // An event that was too complex may have left some.
    open.count = 0;
    open.push(root);
    while (open.count > 0) {
      const node = open.pop();
      if (words[node] === this.#event) continue;
      words[node] = this.#event;
      this.#visit(node);
    }
  }

  #visit(node: number): void {
    const { words, branches } = this.#tree;
    let at = node + 2;
    for (let left = words[node + 1] ?? 0; left > 0; left -= 1) at = branches.collect(at, this.#open);
    for (let left = words[at++] ?? 0; left > 0; left -= 1) {
      const rule = words[at] ?? 0;
      const clauses = words[at + 1] ?? 0;
      if (this.#hold(at + 2, clauses)) this.#find(rule);
      at += 2 + clauses;
    }
  }

  /** True if each of the clauses holds whose numbers stand in `words`, from `from` on. */
  #hold(from: number, count: number): boolean {
    const { words } = this.#tree;
    for (let at = from; at < from + count; at += 1) {
      const word = words[at] ?? 0;
      if (!(word >= EXACT ? this.#hasExact(word) : this.#holds(word))) return false;
    }
    return true;
  }

  /** True if a field has the one value that a word of a node names. */
  #hasExact(word: number): boolean {
    const field = this.#tree.fields[(word & ~EXACT) >>> VALUE_BITS];
    return field?.has(word & VALUE_MASK) === true;
  }

  /**
   * True if a clause holds by itself, in whatever array elements. Many rules share a clause: it is evaluated once an
   * event.
   */
  #holds(clause: number): boolean {
    const known = (this.#asked[clause] ?? 0) - 2 * this.#event;
    if (known >= 0) return known === 1;
    const asked = this.#tree.clauses[clause];
    const holds = asked !== undefined && holdsAnywhere(asked);
    this.#asked[clause] = 2 * this.#event + (holds ? 1 : 0);
    return holds;
  }

  /** Notes the pattern of a rule of which each clause holds, if they hold together. */
  #find(rule: number): void {
    const name = this.#tree.ruleNames[rule] ?? 0;
    if (this.#reader.hasArrays) {
      // A pattern that one of its rules has found needs no check of another rule.
      if (this.#foundFor[name] === this.#event || !this.#isConsistent(rule)) return;
      this.#foundFor[name] = this.#event;
    }
    this.#found.push(name);
  }

  /** Fields that each hold somewhere must hold together; that is a question only when arrays are involved. */
  #isConsistent(rule: number): boolean {
    const clauses = this.#tree.ruleClauses[rule] ?? [];
    const inArrays = clauses.filter(({ values }) => values.isInArrays);
    if (inArrays.length === 0 || (inArrays.length === 1 && !inArrays[0]?.hasAbsent)) return true;
    return isSatisfiable(clauses);
  }
}

function holdsAnywhere({ anyOf, field, values, hasAbsent, exactIds }: Clause): boolean {
  if (hasAbsent && (values.count === 0 || values.isInArrays)) return true;
  for (let place = 0; place < values.count; place += 1) {
    if (exactIds !== undefined) {
      const id = field.idAt(place);
      if (id !== UNKNOWN_VALUE && exactIds.includes(id)) return true;
    } else {
      const value = values.values[place] ?? null;
      for (const criterion of anyOf) if (satisfies(criterion, value)) return true;
    }
  }
  return false;
}
