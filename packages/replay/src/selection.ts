import type { StoredEvent, StoreName, TimeRange } from "@millrace/stored-events";
import { createHash } from "node:crypto";

/** Stores that a replay reads. */
export const SOURCES = ["raw", "lake", "dead-letters", "undelivered", "bad-rows"] as const;

/** Where a replay reads. */
export type Source = Extract<StoreName, (typeof SOURCES)[number]>;

/** Members by which events are chosen: one of each list has to fit; `*` stands for any characters. */
export const FILTERS = [
  "source",
  "type",
  "id",
  "tenant",
  "schema",
  "status",
  "build",
  "contracts",
  "routes-version",
  "route",
  "kind",
] as const;

export type Filter = (typeof FILTERS)[number];

export interface Selection extends TimeRange {
  readonly store: Source;
  readonly filters: Readonly<Partial<Record<Filter, readonly string[]>>>;
  /** Keys of the lake: only these of its objects are read, sorted. Undefined: all of the range. */
  readonly objects?: readonly string[] | undefined;
}

/**
 * Filters on additions of enrichment. The raw stream and its dead letters lack these, except a contract that the event
 * names.
 */
const ofEnrichment: readonly Filter[] = ["schema", "status", "build", "contracts"];

/** True if this selection can choose events without their enrichment only with the help of the lake. */
export function needsLake({ store, filters }: Selection): boolean {
  if (store !== "raw" && store !== "dead-letters") return false;
  return ofEnrichment.some((name) => filters[name] !== undefined);
}

/** The part of a selection that events without their enrichment can be asked. */
export function withoutEnrichment(selection: Selection): Selection {
  const filters = Object.entries(selection.filters).filter(([name]) => !ofEnrichment.includes(name as Filter));
  return { ...selection, filters: Object.fromEntries(filters) };
}

/** A test of events, which canaries fail. Ranges are the stores' affair: they give no event of another time. */
export function createMatcher({ filters }: Selection): (event: StoredEvent) => boolean {
  const tests = FILTERS.flatMap((name) => {
    const wanted = filters[name];
    if (wanted === undefined) return [];
    const patterns = wanted.map(patternOf);
    const read = readers[name];
    return [(event: StoredEvent) => read(event).some((value) => patterns.some((pattern) => pattern.test(value)))];
  });
  // A canary of an hour ago measures nothing now.
  return (stored) => stored.event?.["canary"] !== true && tests.every((test) => test(stored));
}

const readers: Readonly<Record<Filter, (event: StoredEvent) => readonly string[]>> = {
  source: ({ facts }) => present(facts.source),
  type: ({ facts }) => present(facts.type),
  id: ({ facts }) => present(facts.id),
  tenant: ({ facts }) => present(facts.tenant),
  // By the whole `$id`, or by the version at its end.
  schema: ({ facts }) => present(facts.schema).flatMap((id) => [id, versionOf(id)]),
  status: ({ facts }) => present(facts.status),
  build: ({ facts }) => present(facts.stamp.enrichment),
  contracts: ({ facts }) => present(facts.stamp.contracts),
  "routes-version": ({ facts }) => present(facts.stamp.routes),
  route: ({ content }) => content.delivery?.routes ?? [],
  kind: ({ content }) => present(content.badRow?.kind),
};

const present = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);

const versionOf = (schemaId: string): string => /([^/]+?)(?:\.json)?$/.exec(schemaId)?.[1] ?? schemaId;

function patternOf(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`, "su");
}

/** The same for equal selections, so that a second run of one is known. */
export function replayIdOf(selection: Selection, target: string, again: number): string {
  const filters = FILTERS.flatMap((name) => {
    const wanted = selection.filters[name];
    return wanted === undefined ? [] : [[name, [...new Set(wanted)].sort()]];
  });
  const { store, fromMs, toMs, objects } = selection;
  const parts = [store, fromMs, toMs, filters, target, again, ...(objects === undefined ? [] : [objects])];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
