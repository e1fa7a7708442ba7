import { createRandom, type Random, randomInteger } from "@millrace/aws-simulator";
import { identityOf } from "../identity.ts";
import type { EventExample } from "../resources.ts";

/** An event on its way into the pipeline. */
export interface SourceEvent {
  /** The identity every hop has to keep. */
  readonly identity: string;
  readonly id: string;
  readonly json: Readonly<Record<string, unknown>>;
}

const source = "https://shop.example/web";

/** Makes events from the examples of the contracts, valid and invalid, of known and unknown types, each with its own id. */
export class EventSource {
  readonly #random: Random;
  readonly #examples: readonly EventExample[];
  readonly #visitors: number;
  #count = 0;

  constructor(seed: number, examples: readonly EventExample[]) {
    this.#random = createRandom(`${seed}/events`);
    this.#examples = examples;
    this.#visitors = randomInteger(this.#random, 5, 60);
  }

  next(nowMs: number): SourceEvent {
    this.#count += 1;
    const id = `e-${this.#count}`;
    const example = this.#examples[Math.floor(this.#random() * this.#examples.length)];
    const isUnknown = this.#random() < 0.03;
    const hasSubject = this.#random() < 0.9;
    const visitor = `v-${Math.floor(this.#random() * this.#visitors)}`;
    return {
      identity: identityOf({ source, id }),
      id,
      json: {
        specversion: "1.0",
        id,
        source,
        type: isUnknown ? "nobody.knows" : (example?.type ?? "custom.event"),
        ...(hasSubject ? { subject: visitor } : {}),
        time: new Date(nowMs).toISOString(),
        data: example?.data,
      },
    };
  }
}
