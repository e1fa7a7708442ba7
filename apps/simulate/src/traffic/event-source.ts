import { createRandom, type Random, randomChoice, randomInteger } from "@millrace/aws-simulator";
import { type OddEvent, oddEventData, oddEvents } from "@millrace/truth";
import { identityOf } from "../identity.ts";
import type { EventExample } from "../resources.ts";

/** An event on its way into the pipeline. */
export interface SourceEvent {
  /** The identity every hop has to keep. */
  readonly identity: string;
  readonly id: string;
  /** Its JSON. */
  readonly text: string;
}

const source = "https://shop.example/web";
/** Makes ids of its own, which now and then are those of the other one. */
const otherSource = "https://shop.example/app";
/** Requests hold fewer events, so no request has an id twice: its answer names ids alone. */
const IDS_APART = 60;
const SHARED_RATE = 0.06;

/** How often an event is one of odd JSON, in a schedule that has any. */
const ODD_RATE = 0.15;
/** Odd events are drawn once and take turns. */
const ODD_COUNT = 120;

/**
 * Makes events from the examples of the contracts, valid and invalid, of known and unknown types, each with its own id.
 */
export class EventSource {
  readonly #random: Random;
  readonly #examples: readonly EventExample[];
  readonly #visitors: number;
  readonly #odd: readonly OddEvent[];
  /** The odd events that were made, by identity. */
  readonly odd = new Map<string, OddEvent>();
  #count = 0;
  /** Ids the other source has used. */
  readonly #shared = new Set<string>();

  constructor({ seed, hasOddEvents }: { seed: number; hasOddEvents: boolean }, examples: readonly EventExample[]) {
    this.#random = createRandom(`${seed}/events`);
    this.#examples = examples;
    this.#visitors = randomInteger(this.#random, 5, 60);
    this.#odd = hasOddEvents ? oddEvents(ODD_COUNT, seed).map(onOneLine) : [];
  }

  /** @param bulky as many bytes more in its data, and a subject that all such events of the moment have */
  next(nowMs: number, bulky?: { readonly bytes: number; readonly subject: string }): SourceEvent {
    const isOther = this.#random() < SHARED_RATE && this.#count > 2 * IDS_APART;
    if (!isOther) this.#count += 1;
    const { id, from } = isOther ? this.#sharedId() : { id: `e-${this.#count}`, from: source };
    const example = randomOf(this.#random, this.#examples);
    const isUnknown = this.#random() < 0.03;
    const hasSubject = this.#random() < 0.9;
    const visitor = `v-${Math.floor(this.#random() * this.#visitors)}`;
    const identity = identityOf({ source: from, id });
    const subject = bulky?.subject ?? (hasSubject ? visitor : undefined);
    const odd = bulky === undefined ? this.#drawOdd() : undefined;
    if (odd !== undefined) {
      this.odd.set(identity, odd);
      const attributes = { specversion: "1.0", id, source: from, type: "custom.event", subject, time: odd.time };
      return {
        identity,
        id,
        text: `${JSON.stringify(attributes).slice(0, -1)},"data":${oddEventData(odd.properties)}}`,
      };
    }
    const text = JSON.stringify({
      specversion: "1.0",
      id,
      source: from,
      type: isUnknown ? "nobody.knows" : (example?.type ?? "custom.event"),
      subject,
      time: new Date(nowMs).toISOString(),
      data: bulky === undefined ? example?.data : { ...(example?.data as object), padding: "x".repeat(bulky.bytes) },
    });
    return { identity, id, text };
  }

  /** The event with other data of its type, valid or not, as a sender corrects it: with a number or without. */
  revise({ identity, id, text }: SourceEvent, random: Random): SourceEvent {
    // Odd ones are compared with what was sent: they are sent once more as they are.
    if (this.odd.has(identity)) return { identity, id, text };
    const { data: _, ...attributes } = JSON.parse(text) as { readonly type: string; readonly data: unknown };
    const ofType = this.#examples.filter(({ type }) => type === attributes.type);
    const example = randomOf(random, ofType) ?? randomOf(random, this.#examples);
    const revision = random() < 0.5 ? {} : { revision: randomChoice<number | string>(random, [1, 2, "10"]) };
    return { identity, id, text: JSON.stringify({ ...attributes, ...revision, data: example?.data }) };
  }

  #drawOdd(): OddEvent | undefined {
    if (this.#odd.length === 0 || this.#random() >= ODD_RATE) return undefined;
    return this.#odd[this.odd.size % this.#odd.length];
  }

  /** An id that the first source has used a while ago, and the other one not yet. */
  #sharedId(): { readonly id: string; readonly from: string } {
    const before = this.#count - IDS_APART;
    const id = `e-${1 + Math.floor(this.#random() * before)}`;
    if (!this.#shared.has(id)) {
      this.#shared.add(id);
      return { id, from: otherSource };
    }
    this.#count += 1;
    return { id: `e-${this.#count}`, from: source };
  }
}

function randomOf<T>(random: Random, items: readonly T[]): T | undefined {
  return items[Math.floor(random() * items.length)];
}

/** A line break between tokens would end a line of NDJSON. */
function onOneLine({ properties, time }: OddEvent): OddEvent {
  return { properties: properties.replaceAll("\r\n", "\t"), time };
}
