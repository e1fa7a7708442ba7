import { explainRoutes } from "@millrace/route-tools/explain";
import { describeExplanation, type RouteDocument } from "@millrace/routes";
import type { EventCopy, EventTraces, LandedRow } from "./traces.ts";

/** Where a line is, without the line. */
export type Place = Omit<EventCopy, "text">;

/** An event that ingest accepted, as the raw stream has it. */
export interface Acceptance extends Place {
  readonly receivedAt: string | undefined;
  readonly tenant: string | undefined;
  readonly senderKind: string | undefined;
}

/** One pass through enrichment. */
export interface EnrichedCopy extends Place {
  readonly type: string;
  readonly status: string;
  readonly schema: string | null;
  /** `<path>: <message>`, each with its keyword. */
  readonly errors: readonly string[];
  /** `<path>: <action> (<class>)`. */
  readonly masked: readonly string[];
  /** Names of the enrichments that added something. */
  readonly added: readonly string[];
  /** `<path>: <kind of the repair>`; see docs/data.md. */
  readonly repaired: readonly string[];
  /** Build of enrichment, and its set of contracts. */
  readonly version: string;
  readonly contracts: string | undefined;
  readonly at: string;
}

/** A route's decision, and what came of it. */
export interface RoutedCopy {
  readonly route: string;
  readonly destination: string;
  readonly verdict: "delivered" | "undelivered" | "on its way" | "sampled out" | "no match";
  /** Fields that matched, or the first criterion that failed with the value seen; why it was not taken. */
  readonly reason: string;
  readonly places: readonly Place[];
}

export interface ExplainedEvent {
  readonly source: string | undefined;
  readonly accepted: readonly Acceptance[];
  readonly enriched: readonly EnrichedCopy[];
  readonly badRows: readonly (Place & { readonly kind: string; readonly message: string; readonly version: string })[];
  readonly routes: readonly RoutedCopy[];
  readonly rows: readonly LandedRow[];
  /** The furthest place that has the event, and why it is in no further one; one sentence each. */
  readonly verdict: readonly string[];
}

export interface ExplainedId {
  readonly id: string;
  /** One for each source that uses the id. */
  readonly events: readonly ExplainedEvent[];
  readonly verdict: readonly string[];
}

interface Enriched {
  readonly event: { readonly source: string; readonly type: string };
  readonly enrichment?: Readonly<Record<string, unknown>>;
  readonly validation: {
    readonly status: string;
    readonly schema: string | null;
    readonly errors?: readonly { readonly path: string; readonly keyword: string; readonly message: string }[];
  };
  readonly privacy?: { readonly masked?: readonly { path: string; class: string; action: string }[] };
  readonly fidelity?: { readonly notes?: readonly { readonly path: string; readonly kind: string }[] };
  readonly processing: {
    readonly enrichment: { readonly version: string; readonly contracts?: string; readonly at: string };
    readonly router?: { readonly routes?: readonly string[] };
  };
}

const neverSeen =
  "No place has this id. Ingest refused it (its sender has the reason, by event), it went to another environment, " +
  "or it is older than what is kept.";

/** Puts the traces of an id together: what happened to each event of that id, and why. */
export function explainEvent(id: string, traces: EventTraces, documents: readonly RouteDocument[]): ExplainedId {
  const sources = new Set([
    ...[...traces.enriched, ...traces.delivered].map(({ text }) => (JSON.parse(text) as Enriched).event.source),
    ...traces.raw.map(({ text }) => sourceOf(text)),
    ...traces.rows.map(({ source }) => source),
  ]);
  const events = [...sources].map((source) => explainSource(source, traces, documents));
  return { id, events, verdict: events.length === 0 ? [neverSeen] : [] };
}

function explainSource(
  source: string | undefined,
  traces: EventTraces,
  documents: readonly RouteDocument[],
): ExplainedEvent {
  const isOurs = ({ text }: { readonly text: string }) => (JSON.parse(text) as Enriched).event.source === source;
  const raw = traces.raw.filter(({ text }) => sourceOf(text) === source);
  const copies = traces.enriched.filter(isOurs);
  const badRows = traces.badRows.filter(({ text }) => raw.some((copy) => isOriginOf(copy, text))).map(readBadRow);
  const latest = copies.at(-1);
  const event = {
    source,
    accepted: raw.map(readAcceptance),
    enriched: copies.map(readEnriched),
    badRows,
    routes: latest === undefined ? [] : explainDestinations(latest, traces, isOurs, documents),
    rows: traces.rows.filter((row) => row.source === source),
  };
  return { ...event, verdict: judge(event) };
}

function explainDestinations(
  { text }: EventCopy,
  traces: EventTraces,
  isOurs: (copy: { readonly text: string }) => boolean,
  documents: readonly RouteDocument[],
): readonly RoutedCopy[] {
  const delivered = traces.delivered.filter(isOurs);
  const undelivered = traces.undelivered.map(({ object, text: line }) => ({ object, ...readUndelivered(line) }));
  return explainRoutes(documents, JSON.parse(text) as object).map(
    ({ route, destination, isSampledOut, explanation, reshape }) => {
      const places = delivered
        .filter((copy) => (JSON.parse(copy.text) as Enriched).processing.router?.routes?.includes(route))
        .map(placeOf);
      const waiting = undelivered.find(
        ({ routes, source }) => routes.includes(route) && source === sourceOfEnriched(text),
      );
      const names = reshape === undefined || !explanation.matches ? "" : `; delivered with ${reshape}`;
      const because = `${describeExplanation(explanation)}${names}`;
      if (places.length > 0) return { route, destination, verdict: "delivered", reason: because, places };
      if (waiting !== undefined) {
        return { route, destination, verdict: "undelivered", reason: `${waiting.message} (${waiting.object})`, places };
      }
      if (isSampledOut) return { route, destination, verdict: "sampled out", reason: because, places };
      if (explanation.matches) return { route, destination, verdict: "on its way", reason: because, places };
      return { route, destination, verdict: "no match", reason: because, places };
    },
  );
}

function judge({ accepted, enriched, badRows, routes, rows }: Omit<ExplainedEvent, "verdict">): readonly string[] {
  const told: string[] = [];
  const tell = (holds: boolean, sentence: string) => {
    if (holds) told.push(sentence);
  };
  const [latest] = enriched.slice(-1);
  const [bad] = badRows;
  tell(accepted.length > 1, `Its sender sent it ${accepted.length} times; views show it once.`);
  if (latest === undefined && bad !== undefined) {
    told.push(`It became a bad row: ${bad.message} (${bad.kind}).`);
    return told;
  }
  tell(latest === undefined && rows.length === 0, "Ingest accepted it; enrichment has not written it yet.");
  if (latest?.status === "invalid") told.push(`It breaks its contract: ${latest.errors.join("; ")}.`);
  if (latest?.status === "unknown") told.push(`No contract describes its type ${latest.type}.`);
  tell(enriched.length > 1, `Enrichment wrote it ${enriched.length} times; a consumer may have seen each.`);
  const taken = routes.filter(({ verdict }) => verdict === "delivered");
  const matching = routes.filter(({ verdict }) => verdict !== "no match");
  if (routes.length > 0) {
    const to = [...new Set(taken.map(({ destination }) => destination))].join(", ");
    if (matching.length === 0) told.push("No route matches it.");
    else told.push(`${taken.length} of ${matching.length} matching routes have it${to === "" ? "" : `, in ${to}`}.`);
  }
  for (const { route, verdict } of matching) {
    tell(verdict === "undelivered", `${route} could not be delivered: the event waits in the lake for a redrive.`);
    tell(verdict === "sampled out", `The sample of ${route} leaves it out.`);
  }
  const shown = rows.find(({ isShown }) => isShown);
  if (shown !== undefined) told.push(`It is in the warehouse since ${shown.loadedAt}.`);
  else tell(latest !== undefined, "It is not in the warehouse yet.");
  return told;
}

function sourceOf(text: string): string | undefined {
  try {
    const { source } = JSON.parse(text) as { readonly source?: unknown };
    return typeof source === "string" ? source : undefined;
  } catch {
    return undefined;
  }
}

const sourceOfEnriched = (text: string): string => (JSON.parse(text) as Enriched).event.source;

const placeOf = ({ streamName, shardId, sequenceNumber, index, arrivedAt }: EventCopy): Place => ({
  streamName,
  shardId,
  sequenceNumber,
  index,
  arrivedAt,
});

function readAcceptance(copy: EventCopy): Acceptance {
  const attributes = readMembers(copy.text);
  const text = (name: string) => (typeof attributes[name] === "string" ? attributes[name] : undefined);
  return { ...placeOf(copy), receivedAt: text("receivedat"), tenant: text("tenantid"), senderKind: text("senderkind") };
}

function readMembers(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

function readEnriched(copy: EventCopy): EnrichedCopy {
  const { event, enrichment, validation, privacy, fidelity, processing } = JSON.parse(copy.text) as Enriched;
  return {
    ...placeOf(copy),
    type: event.type,
    status: validation.status,
    schema: validation.schema,
    errors: (validation.errors ?? []).map(({ path, keyword, message }) => `${path} ${message} (${keyword})`),
    masked: (privacy?.masked ?? []).map(({ path, action, class: name }) => `${path}: ${action} (${name})`),
    added: Object.keys(enrichment ?? {}),
    repaired: (fidelity?.notes ?? []).map(({ path, kind }) => `${path}: ${kind}`),
    version: processing.enrichment.version,
    contracts: processing.enrichment.contracts,
    at: processing.enrichment.at,
  };
}

function readBadRow(copy: EventCopy): ExplainedEvent["badRows"][number] {
  const { failure, processor } = JSON.parse(copy.text) as {
    readonly failure: { readonly kind: string; readonly message: string };
    readonly processor: { readonly version: string };
  };
  return { ...placeOf(copy), ...failure, version: processor.version };
}

function isOriginOf(copy: EventCopy, badRow: string): boolean {
  const { origin } = JSON.parse(badRow) as { readonly origin: { readonly sequenceNumber: string } };
  return origin.sequenceNumber === copy.sequenceNumber;
}

function readUndelivered(text: string): {
  readonly source: string;
  readonly routes: readonly string[];
  readonly message: string;
} {
  const { enriched, delivery, failure } = JSON.parse(text) as {
    readonly enriched: Enriched;
    readonly delivery: { readonly routes: readonly string[] };
    readonly failure: { readonly message: string };
  };
  return { source: enriched.event.source, routes: delivery.routes, message: failure.message };
}
