import type { EnrichedEvent } from "@millrace/event-contracts";
import { parseKeepingSpelling } from "@millrace/event-pattern";
import type { EventCopy } from "./route-set.ts";

/** The router's note on a copy, `processing.router`. */
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

/** True if the router has written this event: a destination leads back into the enriched stream. */
export function hasRouterHop({ processing }: { readonly processing?: unknown }): boolean {
  return typeof processing === "object" && processing !== null && "router" in processing;
}

/** Writes copies of events as lines of NDJSON. */
export class CopyWriter {
  #event: EnrichedEvent | undefined;
  /** Without the brace at its end. */
  #textBefore = "";

  /**
   * The line of a copy. Copies of one event that leave nothing out share the text of all but `processing`, which is the
   * text the event came in.
   *
   * @param text the JSON of the event
   */
  line(event: EnrichedEvent, text: string, copy: EventCopy, hop: RouterHop): string {
    const processing =
      "processing" in copy.event ? { ...(copy.event["processing"] as object), router: hop } : { router: hop };
    if ((copy.event as unknown) !== event)
      return `${JSON.stringify({ ...withoutProcessing(copy.event), processing })}\n`;
    return `${this.#sharedText(event, text)},"processing":${JSON.stringify(processing)}}\n`;
  }

  #sharedText(event: EnrichedEvent, text: string): string {
    if (this.#event !== event) {
      this.#event = event;
      this.#textBefore = textBeforeProcessing(event, text);
    }
    return this.#textBefore;
  }
}

/** Enrichment writes `processing` last, and as `JSON.stringify` does. Any other line is written from its values. */
function textBeforeProcessing({ processing }: EnrichedEvent, text: string): string {
  const end = `,"processing":${JSON.stringify(processing)}}`;
  if (text.endsWith(end)) return text.slice(0, -end.length);
  return JSON.stringify(withoutProcessing(parseKeepingSpelling(text) as EventCopy["event"])).slice(0, -1);
}

function withoutProcessing({ processing: _, ...rest }: EventCopy["event"]): EventCopy["event"] {
  return rest;
}
