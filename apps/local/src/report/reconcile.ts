import type { StreamSize } from "@millrace/capacity";
import type { SentEvent, SentLedger } from "./sent-ledger.ts";
import type { Landing, Observations, Sightings } from "./observations.ts";
import { type Percentiles, percentiles } from "./percentile.ts";

export interface RouteReport {
  readonly expected: number;
  readonly delivered: number;
  readonly distinct: number;
  /** Expected, not delivered, and waiting among the undelivered events. */
  readonly undelivered: number;
  /** Expected, and too old to be looked for: the stream no longer holds what arrived then. */
  readonly forgotten: number;
}

/** The lines of a landing table's objects, and what the loader made of them. */
export interface LandingReport {
  readonly lines: number;
  readonly rows: number;
  readonly refused: number;
}

/** Copies beyond the first, by the place that holds them. */
export interface DuplicateReport {
  /** In all streams together. */
  readonly streams: number;
  /** The view never has any. */
  readonly warehouseView: number;
  readonly enriched: number;
  readonly badRows: number;
  /** By `<application>/<route>`: what a consumer of its stream sees more than once. */
  readonly routes: Readonly<Record<string, number>>;
  /** By landing table, as the view DUPLICATES counts them. */
  readonly tables: Readonly<Record<string, number>>;
}

/** The reconciliation of one run; times are milliseconds. */
export interface Report {
  readonly sent: number;
  /** Events the service answered 2xx to, and stray records that Kinesis took. */
  readonly accepted: number;
  readonly rejected: number;
  readonly enriched: number;
  readonly valid: number;
  readonly invalid: number;
  readonly unknown: number;
  readonly badRows: number;
  readonly warehouse: { readonly rows: number; readonly distinct: number };
  /** By landing table. */
  readonly landings: Readonly<Record<string, LandingReport>>;
  readonly routes: Readonly<Record<string, RouteReport>>;
  /** Places where an event should be and is not. */
  readonly lost: number;
  /** Events by place that are too old to be looked for there, because the stream forgot what arrived then. */
  readonly forgotten: Readonly<Record<string, number>>;
  /** Copies beyond the first: in the streams, and in the warehouse view. */
  readonly duplicated: number;
  /** Where those copies are. At-least-once hops may leave some in a stream after a crash; the view never has any. */
  readonly duplicates: DuplicateReport;
  /** From the POST to the arrival in each place. */
  readonly latencyMs: {
    readonly raw: Percentiles;
    readonly enriched: Percentiles;
    readonly routed: Percentiles;
    readonly warehouse: Percentiles;
  };
  /** Records that were refused for a while, by stream: its shards are too few for the rate. */
  readonly throttled: Readonly<Record<string, number>>;
  /** Records, events and billed units by stream; `pnpm capacity --mix` reads them. */
  readonly streams: Readonly<Record<string, StreamSize>>;
  readonly durationMs: number;
  /** Every difference between what was sent and what arrived, as a sentence; empty when all is well. */
  readonly problems: readonly string[];
}

interface Expected {
  readonly enriched: readonly SentEvent[];
  readonly routes: ReadonlyMap<string, readonly SentEvent[]>;
}

function expect(ledger: SentLedger, routeNames: readonly string[]): Expected {
  const enriched = [...ledger.accepted.values()];
  const routes = new Map<string, SentEvent[]>(routeNames.map((name) => [name, []]));
  for (const event of enriched) {
    for (const name of event.routes) routes.get(name)?.push(event);
  }
  return { enriched, routes };
}

interface Comparison {
  readonly place: string;
  readonly missing: number;
  readonly forgotten: number;
  /** Copies beyond the first. */
  readonly doubled: number;
  readonly problems: readonly string[];
}

/** One place compared with what should be in it. */
function compare(
  place: string,
  expected: readonly { readonly identity: string; readonly sentAtMs: number }[],
  seen: Sightings,
): Comparison {
  const wanted = new Set(expected.map(({ identity }) => identity));
  const [forgotten, missing] = partition(
    expected.filter(({ identity }) => seen.get(identity) === undefined),
    ({ sentAtMs }) => sentAtMs <= seen.forgottenMs,
  );
  const uninvited = [...seen.identities()].filter((identity) => !wanted.has(identity));
  const doubled = seen.total - seen.distinct;
  const problems: string[] = [];
  if (missing.length > 0 && seen.total === 0)
    problems.push(`${place} starved: expected ${expected.length} events, received none`);
  else if (missing.length > 0)
    problems.push(`${place} lost ${missing.length} of ${expected.length} events, e.g. ${missing[0]?.identity ?? ""}`);
  if (uninvited.length > 0)
    problems.push(`${place} received ${uninvited.length} events it should not have, e.g. ${uninvited[0] ?? ""}`);
  if (doubled > 0) problems.push(`${place} holds ${doubled} copies beyond the first`);
  return { place, missing: missing.length, forgotten: forgotten.length, doubled, problems };
}

function ages(events: readonly SentEvent[], seen: Sightings, sinceMs: number): number[] {
  return events.flatMap(({ identity, sentAtMs }) => {
    if (sentAtMs < sinceMs) return [];
    const sighting = seen.get(identity);
    return sighting === undefined ? [] : [Math.max(0, sighting.firstAtMs - sentAtMs)];
  });
}

/**
 * Compares what was sent with what arrived everywhere.
 * @param routeNames every route of the documents, also those that expect nothing.
 * @param warmUpMs ages of events sent in the first milliseconds are not in the report
 */
export function reconcile(
  ledger: SentLedger,
  observations: Observations,
  routeNames: readonly string[],
  durationMs: number,
  warmUpMs = 0,
): Report {
  const expected = expect(ledger, routeNames);
  const firstMs = expected.enriched.reduce(
    (first, { sentAtMs }) => Math.min(first, sentAtMs),
    Number.POSITIVE_INFINITY,
  );
  const agesIn = (events: readonly SentEvent[], seen: Sightings): number[] => ages(events, seen, firstMs + warmUpMs);
  const routeResults = routeNames.map((name) => {
    const seen = observations.routes.get(name);
    const rows = observations.undelivered.get(name);
    const isWaiting = ({ identity }: SentEvent): boolean =>
      rows?.get(identity) !== undefined && seen?.get(identity) === undefined;
    const [waiting, wanted] = partition(expected.routes.get(name) ?? [], isWaiting);
    return { name, wanted, waiting: waiting.length, seen, result: seen && compare(`route ${name}`, wanted, seen) };
  });
  const viewResult = compare("the warehouse view", expected.enriched, observations.warehouse.view);
  const enrichedResult = compare("the enriched stream", expected.enriched, observations.enriched);
  const badRowResult = compare("the bad-row stream", ledger.strays, observations.badRows);
  const streamResults = [
    enrichedResult,
    badRowResult,
    ...routeResults.map(
      ({ result, wanted, name }) =>
        result ?? {
          place: `route ${name}`,
          missing: wanted.length,
          forgotten: 0,
          doubled: 0,
          problems: [`route ${name} starved: its stream does not exist`],
        },
    ),
  ];
  const places = [...streamResults, viewResult];
  const wrongStatus = expected.enriched.filter(({ identity, fate }) => {
    const status = observations.statuses.get(identity);
    return status !== undefined && status !== fate;
  });
  const withStatus = (status: string): number =>
    [...observations.statuses.values()].filter((seen) => seen === status).length;
  const problems = [
    ...summarize(ledger.failures),
    ...routeResults
      .filter(({ waiting }) => waiting > 0)
      .map(({ name, waiting }) => {
        const [application = ""] = name.split("/");
        return `route ${name}: its stream did not take ${waiting} events; once it does: pnpm routes redrive ${application}`;
      }),
    ...summarize(ledger.misjudged()),
    ...summarize(
      wrongStatus.map(
        ({ identity, description, fate }) =>
          `${identity} (${description}) should be ${fate}, is ${observations.statuses.get(identity) ?? ""}`,
      ),
    ),
    ...places.flatMap((place) => place.problems),
    ...observations.warehouse.landings.flatMap(landingProblems),
    ...summarize(observations.unreadable.map((object) => `${object} is no whole gzip: its lines are not counted`)),
  ];
  return {
    sent: ledger.sent,
    accepted: ledger.accepted.size + ledger.strays.length,
    rejected: ledger.refused.length,
    enriched: observations.enriched.distinct,
    valid: withStatus("valid"),
    invalid: withStatus("invalid"),
    unknown: withStatus("unknown"),
    badRows: observations.badRows.distinct,
    warehouse: { rows: observations.warehouse.rows, distinct: observations.warehouse.view.distinct },
    landings: Object.fromEntries(
      observations.warehouse.landings.map(({ table, lines, rows, refused }) => [
        table,
        { lines, rows, refused: refused.length },
      ]),
    ),
    routes: Object.fromEntries(
      routeResults.map(({ name, wanted, waiting, seen, result }) => [
        name,
        {
          expected: wanted.length + waiting,
          delivered: seen?.total ?? 0,
          distinct: seen?.distinct ?? 0,
          undelivered: waiting,
          forgotten: result?.forgotten ?? 0,
        },
      ]),
    ),
    lost: places.reduce((sum, place) => sum + place.missing, 0),
    forgotten: Object.fromEntries(
      places.filter(({ forgotten }) => forgotten > 0).map(({ place, forgotten }) => [place, forgotten]),
    ),
    duplicated: places.reduce((sum, place) => sum + place.doubled, 0),
    duplicates: {
      streams: streamResults.reduce((sum, place) => sum + place.doubled, 0),
      warehouseView: viewResult.doubled,
      enriched: enrichedResult.doubled,
      badRows: badRowResult.doubled,
      routes: Object.fromEntries(routeResults.map(({ name, result }) => [name, result?.doubled ?? 0])),
      tables: Object.fromEntries(observations.warehouse.landings.map(({ table, duplicates }) => [table, duplicates])),
    },
    latencyMs: {
      raw: percentiles(agesIn(expected.enriched, observations.raw)),
      enriched: percentiles(agesIn(expected.enriched, observations.enriched)),
      routed: percentiles(routeResults.flatMap(({ wanted, seen }) => (seen === undefined ? [] : agesIn(wanted, seen)))),
      warehouse: percentiles(agesIn(expected.enriched, observations.warehouse.view)),
    },
    throttled: observations.throttled,
    streams: observations.streams,
    durationMs,
    problems,
  };
}

/** Every line delivered to S3 is a row of the landing table or a refused line, and a refused line is told. */
function landingProblems({ table, lines, rows, refused }: Landing): string[] {
  const missing = lines - rows - refused.length;
  const problems = summarize(
    refused.map(
      ({ fileName, lineNumber, reason }) =>
        `the loader of ${table} refused line ${lineNumber} of ${fileName}: ${reason}`,
    ),
  );
  return missing === 0
    ? [...problems]
    : [
        ...problems,
        `${lines} lines lie in S3 for ${table}, which holds ${rows} rows beside ${refused.length} refused lines: ${Math.abs(missing)} ${missing > 0 ? "are missing" : "too many"}`,
      ];
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

const SHOWN_PER_KIND = 5;

function summarize(problems: readonly string[]): readonly string[] {
  if (problems.length <= SHOWN_PER_KIND) return problems;
  return [...problems.slice(0, SHOWN_PER_KIND), `… and ${problems.length - SHOWN_PER_KIND} more like the last`];
}
