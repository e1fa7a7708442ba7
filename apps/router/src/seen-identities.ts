import { SEEN_IDENTITIES, SEEN_IDENTITY_MS } from "./limits.ts";

/** Where an event was read. */
export interface EventPlace {
  readonly shardId: string;
  readonly sequenceNumber: string;
  /** Of the line in its record, from 0. */
  readonly index: number;
}

/**
 * Remembers which events were read lately, and where. An event at another place than before is a copy that was made
 * further up, by a producer that was not sure or by a worker that died; the same place again is the same record,
 * delivered again. Events and places are remembered by hashes of 52 bits: two of 20,000 meet once in 20 million times,
 * and then the metric of copies counts one too many.
 */
export class SeenIdentities {
  #young = new Sightings();
  /** Filled before `#young`; forgotten when that is full. */
  #old: Sightings | undefined;

  /** True the first time an event is read at a second place, a third, and so on. */
  isCopy(event: { readonly source: string; readonly id: string }, place: EventPlace, nowMs: number): boolean {
    const identity = hashOf(event.source, event.id, 0);
    const at = hashOf(place.shardId, place.sequenceNumber, place.index);
    const first = this.#placeOf(identity, nowMs);
    if (first === undefined) {
      this.#add(identity, at, nowMs);
      return false;
    }
    if (first === at) return false;
    const otherPlace = mix(identity, at);
    if (this.#placeOf(otherPlace, nowMs) !== undefined) return false;
    this.#add(otherPlace, at, nowMs);
    return true;
  }

  #placeOf(key: number, nowMs: number): number | undefined {
    return this.#young.placeOf(key, nowMs) ?? this.#old?.placeOf(key, nowMs);
  }

  #add(key: number, place: number, nowMs: number): void {
    if (this.#young.count === MAX_SIGHTINGS) {
      this.#old = this.#young;
      this.#young = new Sightings();
    }
    this.#young.add(key, place, nowMs);
  }
}

const MAX_SIGHTINGS = SEEN_IDENTITIES / 2;
const SLOTS = 2 ** Math.ceil(Math.log2(2 * MAX_SIGHTINGS));

/** Keys with place and time in flat arrays: objects that outlive a batch are copied whenever garbage is collected. */
class Sightings {
  count = 0;
  /** By slot; 0 when it is empty. */
  readonly #keys = new Float64Array(SLOTS);
  readonly #places = new Float64Array(SLOTS);
  readonly #times = new Float64Array(SLOTS);

  placeOf(key: number, nowMs: number): number | undefined {
    const slot = this.#slotOf(key);
    if (this.#keys[slot] !== key || nowMs - (this.#times[slot] ?? 0) >= SEEN_IDENTITY_MS) return undefined;
    return this.#places[slot];
  }

  /** There have to be fewer than `MAX_SIGHTINGS`. */
  add(key: number, place: number, nowMs: number): void {
    const slot = this.#slotOf(key);
    if (this.#keys[slot] !== key) this.count += 1;
    this.#keys[slot] = key;
    this.#places[slot] = place;
    this.#times[slot] = nowMs;
  }

  /** Where the key stands, or the empty slot where it would. */
  #slotOf(key: number): number {
    // The upper bits: the remainder of so large a number takes long.
    let slot = (key / 2 ** 20) & (SLOTS - 1);
    while (this.#keys[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & (SLOTS - 1);
    return slot;
  }
}

const LOW = 0x9e3779b1;
const HIGH = 0x5f356495;

/** A number from 1 to 2⁵² of two texts and a whole number. */
function hashOf(first: string, second: string, index: number): number {
  let low = Math.imul(first.length ^ LOW, HIGH);
  let high = index ^ HIGH;
  for (let at = 0; at < first.length; at += 1) {
    const code = first.charCodeAt(at);
    low = Math.imul(low ^ code, LOW);
    high = Math.imul(high ^ code, HIGH);
  }
  for (let at = 0; at < second.length; at += 1) {
    const code = second.charCodeAt(at);
    low = Math.imul(low ^ code, LOW);
    high = Math.imul(high ^ code, HIGH);
  }
  return join(low, high);
}

function mix(first: number, second: number): number {
  return join(
    Math.imul((first % 2 ** 31) ^ Math.imul(second % 2 ** 31, LOW), HIGH),
    Math.imul((first / 2 ** 21) ^ Math.imul(second / 2 ** 21, HIGH), LOW),
  );
}

function join(low: number, high: number): number {
  const a = Math.imul(low ^ (high >>> 15), LOW);
  const b = Math.imul(high ^ (a >>> 13), HIGH);
  return ((a ^ (b >>> 16)) >>> 0) * 2 ** 20 + (b >>> 12) + 1;
}
