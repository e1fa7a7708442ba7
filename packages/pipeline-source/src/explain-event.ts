import { revisionOf } from "@millrace/event-contracts";
import { explainRoutes } from "@millrace/route-tools/explain";
import { describeExplanation, type RouteDocument } from "@millrace/routes";
import type { EventCopy, EventTraces, LandedRow, Refusal, Searched } from "./traces.ts";

/** Where a line is, without the line. */
export type Place = Omit<EventCopy, "text">;

/** A copy of an event on the raw stream: one that ingest accepted, or that a replay put there. */
export interface Acceptance extends Place {
  readonly receivedAt: string | undefined;
  readonly tenant: string | undefined;
  readonly senderKind: string | undefined;
  /** When a replay put it there; undefined for what came from its sender. */
  readonly replayedAt: string | undefined;
  /** The sender's trace: https://www.w3.org/TR/trace-context/#traceparent-header */
  readonly traceparent: string | undefined;
}

/** One pass through enrichment. */
export interface EnrichedCopy extends Place {
  /** Of the copies of an event, views show the one with the greatest. */
  readonly revision: string;
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
  readonly refused: readonly Refusal[];
  /** One for each source that uses the id. */
  readonly events: readonly ExplainedEvent[];
  readonly verdict: readonly string[];
  /** Places that were not read, one sentence each. */
  readonly gaps: readonly string[];
}

interface Enriched {
  readonly event: { readonly id: string; readonly source: string; readonly type: string };
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

function neverSeen(searched: Searched | undefined): string {
  if (searched === undefined) {
    return (
      "No place has this id. It went to another environment, it is older than what is kept, or ingest refused it and its " +
      "log has no line of that (its sender has the reason)."
    );
  }
  const [from, to] = [searched.fromMs, searched.toMs].map((ms) => new Date(ms).toISOString());
  return (
    `No place that was read has this id, from ${from} to ${to}. It came at another time, it went to another environment, ` +
    "or ingest refused it."
  );
}

/** Puts the traces of an id together: what happened to each event of that id, and why. */
export function explainEvent(id: string, traces: EventTraces, documents: readonly RouteDocument[]): ExplainedId {
  const sources = new Set([
    ...[...traces.enriched, ...traces.delivered].map(({ text }) => (JSON.parse(text) as Enriched).event.source),
    ...traces.raw.map(({ text }) => sourceOf(text)),
    ...traces.rows.map(({ source }) => source),
  ]);
  const events = [...sources].map((source) => explainSource(source, traces, documents));
  const { refused } = traces;
  const isUnseen = events.length === 0 && refused.length === 0;
  const verdict = isUnseen ? [neverSeen(traces.searched)] : judgeRefusals(refused, events.length > 0);
  return { id, refused, events, verdict, gaps: traces.searched?.gaps ?? [] };
}

function judgeRefusals(refused: readonly Refusal[], isAccepted: boolean): readonly string[] {
  const last = refused.at(-1);
  if (last === undefined) return [];
  const { at, code, attribute, keyName } = last;
  const where = attribute === undefined ? "" : ` of \`${attribute}\``;
  const times = refused.length === 1 ? "once" : `${refused.length} times, last`;
  const after = isAccepted ? "; what follows is what it accepted" : " and nothing of it was stored";
  return [
    `Ingest refused it ${times} at ${at}: ${code}${where}, write key ${keyName}${after}. /v1/problems/${code} has the remedy.`,
  ];
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
  const latest = bestOf(copies);
  const event = {
    source,
    accepted: raw.map(readAcceptance),
    enriched: copies.map(readEnriched),
    badRows,
    routes: latest === undefined ? [] : explainDestinations(latest, traces, isOurs, documents),
    rows: traces.rows.filter((row) => row.source === source),
  };
  return { ...event, verdict: judge(event, countVersions(raw), traces.searched?.isWarehouseAsked ?? true) };
}

/** The revision of an enriched event, from its JSON: of the copies of an event the greatest is the one to show. */
export function readRevision(text: string): string {
  return revisionOf(JSON.parse(text) as Enriched);
}

/** The copy that views show: the first one with the greatest revision. */
function bestOf(copies: readonly EventCopy[]): EventCopy | undefined {
  let best: EventCopy | undefined;
  for (const copy of copies) if (best === undefined || readRevision(copy.text) > readRevision(best.text)) best = copy;
  return best;
}

/** Set by ingest or by a replay, or taken from the request: they differ from one sending to the next. */
const ofRequest = new Set([
  "receivedat",
  "replayedat",
  "clientip",
  "useragent",
  "clienthints",
  "referer",
  "traceparent",
]);

/** How many different events the copies are that came from the sender. */
function countVersions(raw: readonly EventCopy[]): number {
  const sent = raw.map(({ text }) => readMembers(text)).filter(({ replayedat }) => replayedat === undefined);
  return new Set(sent.map(contentOf)).size;
}

/** An event as its sender wrote it; one that has no time got that of its receipt. */
function contentOf(members: Readonly<Record<string, unknown>>): string {
  const isStamped = members["time"] === members["receivedat"];
  const own = Object.entries(members).filter(([name]) => !ofRequest.has(name) && !(isStamped && name === "time"));
  return JSON.stringify(own.sort(([one], [other]) => (one < other ? -1 : 1)));
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

function judge(
  { accepted, enriched, badRows, routes, rows }: Omit<ExplainedEvent, "verdict">,
  versions: number,
  isWarehouseAsked: boolean,
): readonly string[] {
  const told: string[] = [];
  const tell = (holds: boolean, sentence: string) => {
    if (holds) told.push(sentence);
  };
  const latest = enriched.reduce<EnrichedCopy | undefined>(
    (best, copy) => (best === undefined || copy.revision > best.revision ? copy : best),
    undefined,
  );
  const [bad] = badRows;
  const sent = accepted.filter(({ replayedAt }) => replayedAt === undefined).length;
  const replays = accepted.flatMap(({ replayedAt }) => replayedAt ?? []);
  const shownCopy = latest === undefined ? "" : ` with the greatest revision, ${latest.revision}`;
  if (versions > 1) {
    told.push(
      `Its sender corrected it: ${sent} copies, ${versions} of them different. Views show the copy${shownCopy}.`,
    );
  } else tell(sent > 1, `Its sender sent it ${sent} times, the same each time; views show it once.`);
  tell(replays.length > 0, `It was replayed at ${replays.join(", ")}. Views show the copy${shownCopy}.`);
  if (latest === undefined && bad !== undefined) {
    told.push(`It became a bad row: ${bad.message} (${bad.kind}).`);
    return told;
  }
  tell(latest === undefined && rows.length === 0, "Ingest accepted it; enrichment has not written it yet.");
  if (latest?.status === "invalid") told.push(`It breaks its contract: ${latest.errors.join("; ")}.`);
  if (latest?.status === "unknown") told.push(`No contract describes its type ${latest.type}.`);
  const revisions = new Set(enriched.map(({ revision }) => revision)).size;
  tell(
    enriched.length > revisions,
    `Enrichment wrote it ${enriched.length} times where ${revisions} ${revisions === 1 ? "was" : "were"} due; a consumer may have seen each.`,
  );
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
  const landed = rows.find(({ loadedAt }) => loadedAt === undefined);
  if (shown !== undefined) told.push(`It is in the warehouse since ${shown.loadedAt}.`);
  else if (landed !== undefined) told.push(`It is in the lake: ${landed.object}, line ${landed.line}.`);
  else tell(latest !== undefined, `It is not in the ${isWarehouseAsked ? "warehouse" : "lake"} yet.`);
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
  return {
    ...placeOf(copy),
    receivedAt: text("receivedat"),
    tenant: text("tenantid"),
    senderKind: text("senderkind"),
    replayedAt: text("replayedat"),
    traceparent: text("traceparent"),
  };
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
    revision: readRevision(copy.text),
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
