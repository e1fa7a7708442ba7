import { type EnrichedEvent, eventIdentity, partitionKeyOf, revisionOf } from "@millrace/event-contracts";
import type { CompiledDestination, EventCopy, RouteSet } from "@millrace/routes/runtime";
import { CopyWriter } from "@millrace/routes/runtime";
import type { OutputWriter } from "@millrace/stream-handler";
import { PUT_TIMEOUT_MS } from "../limits.ts";
import type { StoredEvent } from "@millrace/stored-events";
import type { SkipReason, Target } from "./target.ts";

export interface DestinationTargetOptions {
  /** The present routes. */
  readonly routes: RouteSet;
  readonly destination: CompiledDestination;
  readonly writer: OutputWriter;
  /** Whole name of the stream, where the destination is one that can be read. */
  readonly stream: string | undefined;
  /** Only for this route, `<application>/<name>`; undefined: for every route that leads to the destination. */
  readonly route: string | undefined;
  readonly version: string;
  readonly now: () => number;
}

const encoder = new TextEncoder();

/** One destination: enriched events matched, projected and written as the router does. Masked they are already. */
export function createDestinationTarget(options: DestinationTargetOptions): Target {
  const { routes, destination, writer, stream, route, version, now } = options;
  const copies = new CopyWriter();
  const hopOf = ({ routes: of }: EventCopy, at: string) => {
    return { name: "replay", version, at, routesVersion: routes.version, routes: of };
  };

  function copyFor({ content, value }: StoredEvent): readonly [EnrichedEvent, EventCopy] | SkipReason {
    if (content.form === "raw") return "unreadable";
    const { event: inner } = (value ?? {}) as Partial<EnrichedEvent>;
    if (typeof inner?.id !== "string" || typeof inner.source !== "string") return "unreadable";
    // An undelivered event goes where it was to go, and nowhere else.
    if (content.delivery !== undefined && content.delivery.destination !== destination.name) return "no-route";
    const enriched = value as unknown as EnrichedEvent;
    const copy = routes.route(enriched, content.text).copies.find(({ destination: { name }, routes: of }) => {
      return name === destination.name && (route === undefined || of.includes(route));
    });
    return copy === undefined ? "no-route" : [enriched, copy];
  }

  return {
    name: `destination:${destination.name}${route === undefined ? "" : `:${route}`}`,
    streams: stream === undefined ? [] : [{ name: stream, form: "enriched" }],
    prepare(stored) {
      const found = copyFor(stored);
      if (typeof found === "string") return found;
      const [enriched, copy] = found;
      const { subject, id } = enriched.event;
      const hop = hopOf(copy, new Date(now()).toISOString());
      return {
        partitionKey: partitionKeyOf({ subject: copy.partitionKey ?? subject, id }),
        data: encoder.encode(copies.line(enriched, stored.content.text, copy, hop)),
        key: `${eventIdentity(enriched.event)} ${revisionOf(enriched)}`,
        stream: stream ?? destination.name,
      };
    },
    weigh(stored) {
      const found = copyFor(stored);
      if (typeof found === "string") return found;
      const [enriched, copy] = found;
      const isWhole = (copy.event as unknown) === enriched;
      const text = isWhole ? stored.content.text : JSON.stringify(copy.event);
      return text.length + JSON.stringify(hopOf(copy, new Date(0).toISOString())).length;
    },
    put: (events) => writer.put(events, { deadline: now() + PUT_TIMEOUT_MS }),
  };
}
