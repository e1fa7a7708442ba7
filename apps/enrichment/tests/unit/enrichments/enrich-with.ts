import type { RawEvent } from "@millrace/event-contracts";
import { createEnrichments, type EnrichmentEntry } from "@millrace/enrichments";
import { enrichEvent } from "../../../src/enrich-event.ts";
import { createContext, createRawEvent } from "../../raw-events.ts";
import options from "../../../options/enrichments.json" with { type: "json" };

export interface Database {
  readonly [path: string]: Uint8Array;
}

/** Returns the additions of a list of enrichments to an event. */
export function enrichWith(
  entries: readonly EnrichmentEntry[],
  overrides: Record<string, unknown>,
  files: Database = {},
): Record<string, unknown> {
  const readFile = (path: string): Uint8Array => {
    const bytes = files[path];
    if (bytes === undefined) throw new Error(`ENOENT: ${path}`);
    return bytes;
  };
  const enrichments = createEnrichments(entries, { readFile });
  const event = createRawEvent(overrides) as RawEvent;
  const { json } = enrichEvent(event, JSON.stringify(event), ',"processing":{}}', createContext({ enrichments }));
  return (JSON.parse(json) as { enrichment: Record<string, unknown> }).enrichment;
}

/** The entry of the shipped options, with options of its own replaced. */
export function shipped(name: string, overrides: Record<string, unknown> = {}): EnrichmentEntry {
  const entry = options.enrichments.find((each) => each.name === name);
  return { name, options: { ...entry?.options, ...overrides } };
}

/** Overrides for an event on a page, come from an address. */
export function onPage(pageUrl: string, referrerUrl?: string): Record<string, unknown> {
  const context = { pageUrl, sessionId: "s", visitorId: "v", ...(referrerUrl === undefined ? {} : { referrerUrl }) };
  return { data: { context, queryId: "q", query: "x", productId: "p", rank: 1 } };
}
