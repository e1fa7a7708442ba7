import type { Scalar } from "./criterion.ts";
import { InvalidEventError } from "./errors.ts";
import { isExtreme } from "./event-text.ts";
import { MAX_EVENT_DEPTH } from "./limits.ts";
import { NumberText, numberOfText } from "./number-text.ts";
import { pathGraph, type PathNode } from "./path-table.ts";

/**
 * The arrays a value lies in, outermost first, as `[array, element, array, element, …]`. Arrays are numbered in the
 * order they are met. A scalar directly in an array does not lie in one of its elements: only objects and arrays do.
 */
export type ArrayChain = readonly number[];

const NO_ARRAYS: ArrayChain = [];

// Inside `for … in` V8 answers this without a call, as it does not for `Object.hasOwn`.
// oxlint-disable-next-line typescript/unbound-method -- it is called with the object that it is asked about
const { hasOwnProperty } = Object.prototype;

/** So many keys of the last object are kept at most. */
const MAX_LAST_KEYS = 32;

/** Nothing is kept for a value yet. */
export const NO_MARK = -2;

/** All values of one path in the event read last. Values inside one array element stand side by side. */
export class FieldValues {
  count = 0;
  readonly values: Scalar[] = [];
  readonly chains: ArrayChain[] = [];
  isInArrays = false;
  /** By value: a number that who reads the values keeps for it; `NO_MARK` until then. */
  readonly marks: number[] = [];

  clear(): void {
    this.count = 0;
    this.isInArrays = false;
  }

  add(value: Scalar, chain: ArrayChain): void {
    this.values[this.count] = value;
    this.chains[this.count] = chain;
    this.marks[this.count] = NO_MARK;
    this.count += 1;
    if (chain !== NO_ARRAYS) this.isInArrays = true;
  }
}

/** Reads from an event the values of the paths it was made for, and looks at nothing else. */
export class FieldReader {
  /** By index of the path; overwritten by the next `read`. */
  readonly fields: readonly FieldValues[];
  /** A field of the last event is a number, and one is so small or large that it may stand for another. */
  hasNumbers = false;
  hasExtremeNumbers = false;
  /** A value of a field of the last event lies in an element of an array. */
  hasArrays = false;
  readonly #top: PathNode;
  #arrays = 0;

  constructor(paths: readonly string[]) {
    this.fields = paths.map(() => new FieldValues());
    this.#top = pathGraph(paths);
  }

  /** @throws InvalidEventError when the event is no JSON object or nests more than 1,000 deep. */
  read(event: unknown): void {
    if (typeof event !== "object" || event === null || Array.isArray(event)) {
      throw new InvalidEventError("An event must be a JSON object");
    }
    for (const field of this.fields) field.clear();
    this.hasNumbers = false;
    this.hasExtremeNumbers = false;
    this.hasArrays = false;
    this.#arrays = 0;
    this.#object(event as Readonly<Record<string, unknown>>, this.#top, NO_ARRAYS, 0);
  }

  #object(object: Readonly<Record<string, unknown>>, node: PathNode, chain: ArrayChain, depth: number): void {
    if (node.children.size === 0) return;
    // The event's keys are looked up, not the paths': a key that is not there costs more to look for than one that is.
    // A list of the keys would be made for each object. Most objects have the keys of the one before, in its order.
    const { lastKeys, lastChildren } = node;
    let place = 0;
    for (const key in object) {
      let child: PathNode | undefined;
      if (lastKeys[place] === key) child = lastChildren[place];
      else {
        child = node.children.get(key);
        if (place < MAX_LAST_KEYS) {
          lastKeys[place] = key;
          lastChildren[place] = child;
        }
      }
      place += 1;
      if (child !== undefined && hasOwnProperty.call(object, key)) this.#value(object[key], child, chain, depth);
    }
  }

  #value(value: unknown, node: PathNode, chain: ArrayChain, depth: number): void {
    if (typeof value === "object" && value !== null) {
      if (depth >= MAX_EVENT_DEPTH) throw new InvalidEventError(`The event nests more than ${MAX_EVENT_DEPTH} deep`);
      if (Array.isArray(value)) this.#array(value, node, chain, depth + 1);
      else if (value instanceof NumberText) this.#scalar(numberOfText(value.text), node, chain);
      else this.#object(value as Readonly<Record<string, unknown>>, node, chain, depth + 1);
    } else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null) {
      this.#scalar(value, node, chain);
    }
  }

  #array(items: readonly unknown[], node: PathNode, chain: ArrayChain, depth: number): void {
    const array = this.#arrays;
    this.#arrays += 1;
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index];
      const isNested = typeof item === "object" && item !== null && !(item instanceof NumberText);
      this.#value(item, node, isNested ? [...chain, array, index] : chain, depth);
    }
  }

  #scalar(value: Scalar, node: PathNode, chain: ArrayChain): void {
    if (node.pathId < 0) return;
    this.fields[node.pathId]?.add(value, chain);
    if (chain !== NO_ARRAYS) this.hasArrays = true;
    if (typeof value !== "number") return;
    this.hasNumbers = true;
    if (isExtreme(value)) this.hasExtremeNumbers = true;
  }
}
