import type { EnrichedEvent } from "@millrace/event-contracts";
import type { EventCopy } from "@millrace/routes/runtime";

/** What the router notes on a copy, as `processing.router`. */
export interface RouterHop {
  readonly name: string;
  readonly version: string;
  /** RFC 3339 with milliseconds. */
  readonly at: string;
  /** Version of the route documents. */
  readonly routesVersion: string;
  /** The routes this copy is delivered for, `<application>/<route>`. */
  readonly routes: readonly string[];
}

/** Writes copies of events as lines of NDJSON. */
export class CopyWriter {
  #event: EnrichedEvent | undefined;
  #withoutProcessing = "";

  /** The line of a copy. Copies of one event that leave nothing out share the text of all but `processing`. */
  line(event: EnrichedEvent, copy: EventCopy, hop: RouterHop): string {
    const { processing: _, ...rest } = copy.event;
    const processing =
      "processing" in copy.event ? { ...(copy.event["processing"] as object), router: hop } : { router: hop };
    return `${this.#textOf(event, copy, rest).slice(0, -1)},"processing":${JSON.stringify(processing)}}\n`;
  }

  #textOf(event: EnrichedEvent, copy: EventCopy, rest: object): string {
    if ((copy.event as unknown) !== event) return JSON.stringify(rest);
    if (this.#event !== event) {
      this.#event = event;
      this.#withoutProcessing = JSON.stringify(rest);
    }
    return this.#withoutProcessing;
  }
}
