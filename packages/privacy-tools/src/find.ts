import { lookIntoObjects } from "./objects/look.ts";
import type { Person } from "./person/person.ts";
import { type Environment, objectPlaces } from "./place.ts";
import type { BadRowOrigin, Sighting } from "./sighting.ts";
import { lookIntoStream, retentionMs, type StreamPlace, streamPlaces } from "./streams.ts";
import { subjectsIn } from "./subjects.ts";
import { badRowsOf, type Condition, countStatement, duckdb, eventsOf } from "./warehouse/statements.ts";

/** Where a person is in one place. */
export interface PlaceFinding {
  /** Kind of the place: `lake`, `raw stream`, `warehouse`. */
  readonly store: string;
  /** Its name: a stream, a prefix of a bucket, a table. */
  readonly place: string;
  /** Copies of events of the person. */
  readonly copies: number;
  /** Objects or shards that have them. */
  readonly containers: readonly string[];
  /** Receipt of the first and the last event, as the events say it; of rows, their loads. */
  readonly first: string | undefined;
  readonly last: string | undefined;
  /** Pieces that cannot be looked into: their key is retired, or they are no batch. */
  readonly unreadable: number;
  /** When the last copy is gone by itself; of a stream. */
  readonly agesOutAt?: string;
}

/** A copy, and where it is. */
export interface FoundCopy {
  readonly store: string;
  readonly container: string;
  readonly sighting: Sighting;
}

export interface Findings {
  readonly places: readonly PlaceFinding[];
  readonly copies: readonly FoundCopy[];
}

export interface FindOptions {
  /** Identifiers that may stand in clear as a subject, for the warehouse. */
  readonly subjects: readonly string[];
  /** Objects of the lake to look into, by key. Default: all. */
  readonly wanted?: ((key: string) => boolean) | undefined;
  readonly stores?: "all" | "without streams";
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** Looks for a person in every place of an environment. Nothing is changed. */
export async function findPerson(environment: Environment, person: Person, options: FindOptions): Promise<Findings> {
  const { kinesis, place, warehouse } = environment;
  const { onProgress = () => undefined, stores = "all" } = options;
  const places: PlaceFinding[] = [];
  const copies: FoundCopy[] = [];

  for (const objectPlace of objectPlaces(place)) {
    onProgress(`${objectPlace.store}: s3://${objectPlace.bucket}/${objectPlace.prefix}`);
    const tally = new Tally();
    for await (const seen of lookIntoObjects(environment, objectPlace, person, options.wanted)) {
      const { bucket, key, isLatest } = seen.version;
      tally.add(`s3://${bucket}/${key}${isLatest ? "" : " (old version)"}`, seen);
    }
    copies.push(...tally.copiesOf(objectPlace.store));
    places.push(tally.finding(objectPlace.store, `s3://${objectPlace.bucket}/${objectPlace.prefix}`));
  }
  const streams = stores === "all" ? await streamPlaces(environment) : [];
  places.push(...(await Promise.all(streams.map(lookIntoOne))));

  async function lookIntoOne(streamPlace: StreamPlace): Promise<PlaceFinding> {
    onProgress(`${streamPlace.store}: ${streamPlace.stream}`);
    const tally = new Tally();
    let lastArrivalMs = 0;
    await lookIntoStream(environment, streamPlace, person, (seen) => {
      tally.add(seen.container, seen);
      if (seen.sightings.length > 0) lastArrivalMs = Math.max(lastArrivalMs, seen.arrivalMs);
    });
    copies.push(...tally.copiesOf(streamPlace.store));
    const finding = tally.finding(streamPlace.store, streamPlace.stream);
    const goneMs = lastArrivalMs + (finding.copies > 0 ? await retentionMs(kinesis, streamPlace.stream) : 0);
    return finding.copies === 0 ? finding : { ...finding, agesOutAt: new Date(goneMs).toISOString() };
  }

  if (warehouse !== undefined) {
    onProgress("warehouse");
    for (const condition of warehouseConditions(person, copies, options.subjects)) {
      const [row = {}] = await warehouse.query(countStatement(condition));
      places.push({
        store: "warehouse",
        place: condition.table,
        copies: Number(row["row_count"] ?? 0),
        containers: [],
        first: timeOf(row["first_at"]),
        last: timeOf(row["last_at"]),
        unreadable: 0,
      });
    }
  }
  return { places, copies };
}

/** The rows of the warehouse that are the person's, as far as the copies in other places tell. */
export function warehouseConditions(
  person: Person,
  copies: readonly FoundCopy[],
  subjects: readonly string[],
  origins: readonly BadRowOrigin[] = [],
): readonly Condition[] {
  const badRows = badRowsOf([...originsOf(copies), ...origins], duckdb);
  const all = [...new Set([...subjects, ...subjectsIn(person, copies)])];
  return [eventsOf(person, all, duckdb), ...(badRows === undefined ? [] : [badRows])];
}

export function originsOf(copies: readonly FoundCopy[]): readonly BadRowOrigin[] {
  return copies.flatMap(({ sighting }) => (sighting.origin === undefined ? [] : [sighting.origin]));
}

const timeOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Adds up what was seen in the containers of one place. */
class Tally {
  readonly #containers = new Map<string, Sighting[]>();
  #unreadable = 0;

  add(container: string, seen: { readonly sightings: readonly Sighting[]; readonly unreadable: number }): void {
    this.#unreadable += seen.unreadable;
    if (seen.sightings.length === 0) return;
    this.#containers.set(container, [...(this.#containers.get(container) ?? []), ...seen.sightings]);
  }

  copiesOf(store: string): FoundCopy[] {
    return [...this.#containers].flatMap(([container, sightings]) =>
      sightings.map((sighting) => ({ store, container, sighting })),
    );
  }

  finding(store: string, place: string): PlaceFinding {
    const sightings = [...this.#containers.values()].flat();
    const times = sightings.flatMap(({ at }) => at ?? []).sort();
    return {
      store,
      place,
      copies: sightings.length,
      containers: [...this.#containers.keys()],
      first: times[0],
      last: times.at(-1),
      unreadable: this.#unreadable,
    };
  }
}
