import { type EnrichedEvent, eventIdentity, partitionKeyOf, revisionOf } from "@millrace/event-contracts";
import type { CompiledDestination, RouteSet } from "@millrace/routes/runtime";
import { CopyWriter } from "@millrace/routes/runtime";
import type { OutputWriter } from "@millrace/stream-handler";
import { PUT_TIMEOUT_MS } from "../limits.ts";
import type { Target } from "./target.ts";

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
  return {
    name: `destination:${destination.name}${route === undefined ? "" : `:${route}`}`,
    streams: stream === undefined ? [] : [{ name: stream, form: "enriched" }],
    prepare({ content, value }) {
      if (content.form === "raw") return "unreadable";
      const { event: inner } = (value ?? {}) as Partial<EnrichedEvent>;
      if (typeof inner?.id !== "string" || typeof inner.source !== "string") return "unreadable";
      // An undelivered event goes where it was to go, and nowhere else.
      if (content.delivery !== undefined && content.delivery.destination !== destination.name) return "no-route";
      const enriched = value as unknown as EnrichedEvent;
      const copy = routes.route(enriched, content.text).copies.find(({ destination: { name }, routes: of }) => {
        return name === destination.name && (route === undefined || of.includes(route));
      });
      if (copy === undefined) return "no-route";
      const at = new Date(now()).toISOString();
      const hop = { name: "replay", version, at, routesVersion: routes.version, routes: copy.routes };
      return {
        partitionKey: partitionKeyOf({ subject: copy.partitionKey ?? inner.subject, id: inner.id }),
        data: encoder.encode(copies.line(enriched, content.text, copy, hop)),
        key: `${eventIdentity(enriched.event)} ${revisionOf(enriched)}`,
        stream: stream ?? destination.name,
      };
    },
    put: (events) => writer.put(events, { deadline: now() + PUT_TIMEOUT_MS }),
  };
}
