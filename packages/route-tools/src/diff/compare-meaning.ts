import { parsePattern } from "@millrace/event-pattern";
import {
  deliveredPath,
  describeReshape,
  type Destination,
  type EnvironmentPlace,
  meaningOf,
  nameDestination,
  resolveDestination,
  type Route,
  type RouteDocument,
} from "@millrace/routes";
import { isDeepStrictEqual } from "node:util";
import { coverageOf } from "../analysis/covered-contracts.ts";
import type { EventModel } from "../analysis/event-model.ts";
import { compareDelivered } from "../delivered/compare-delivered.ts";
import { isDelivered, READABLE_AFTER } from "../check/check-sensitive.ts";

/** Kinds of changes, the ones to look at first first. */
export const CHANGE_KINDS = [
  "sensitive",
  "clearance",
  "destination",
  "former destination",
  "owner",
  "consumers",
  "route",
  "pattern",
  "projection",
  "names",
  "partition key",
  "sampling",
  "ordering",
  "events per record",
  "canaries",
  "budget",
] as const;

/** One thing that a change of the documents means. */
export interface MeaningChange {
  readonly kind: (typeof CHANGE_KINDS)[number];
  /** `<application>`, `<application>/<route>`, or a destination. */
  readonly subject: string;
  readonly text: string;
}

export interface Documents {
  readonly before: readonly RouteDocument[];
  readonly after: readonly RouteDocument[];
}

/** Differences of two sets of documents, whatever the events; spelling, tests and descriptions do not count. */
export function compareMeaning(
  documents: Documents,
  model: EventModel,
  places: readonly EnvironmentPlace[],
): MeaningChange[] {
  const changes = [
    ...sensitiveChanges(documents, model),
    ...applicationChanges(documents),
    ...compareDelivered(documents, model).map(
      ({ stream, text }) => ({ kind: "consumers", subject: stream, text }) as const,
    ),
    ...routeChanges(documents, model, places),
    ...formerDestinationChanges(documents, places),
  ];
  const rank = ({ kind }: MeaningChange): number => CHANGE_KINDS.indexOf(kind);
  return changes.toSorted((a, b) => rank(a) - rank(b));
}

function sensitiveChanges({ before, after }: Documents, model: EventModel): MeaningChange[] {
  const old = new Map(before.flatMap((document) => [...sensitiveByDestination(document, model)]));
  return after.flatMap((document) =>
    [...sensitiveByDestination(document, model)].flatMap(([subject, fields]): MeaningChange[] => {
      const known = old.get(subject);
      const added = [...fields].filter(([path]) => known?.has(path) !== true);
      const renamed = [...fields].filter(([path, { shown }]) => known?.has(path) && known.get(path)?.shown !== shown);
      const told = (text: string, of: typeof added): MeaningChange[] =>
        of.length === 0 ? [] : [{ kind: "sensitive", subject, text: `${text}: ${list(of)}` }];
      return [
        ...told("newly delivered in the clear", added),
        ...told("delivered in the clear under another name", renamed),
      ];
    }),
  );
}

/** A sensitive field that a destination gets: its class, and the path that it is delivered at. */
interface DeliveredField {
  readonly class: string;
  readonly shown: string;
}

const list = (fields: Iterable<readonly [string, DeliveredField]>): string =>
  [...fields]
    .map(([path, { class: name, shown }]) => `${path}${shown === path ? "" : ` as ${shown}`} (${name})`)
    .join(", ");

/**
 * Returns the readable sensitive fields that each destination of a document gets, with their classes. A partition key
 * is one of them.
 */
function sensitiveByDestination(
  { routes }: RouteDocument,
  model: EventModel,
): Map<string, Map<string, DeliveredField>> {
  const destinations = new Map<string, Map<string, DeliveredField>>();
  for (const route of routes) {
    const { name } = nameDestination(route.destination);
    destinations.set(name, new Map([...(destinations.get(name) ?? []), ...sensitiveOf(route, model)]));
  }
  return destinations;
}

function sensitiveOf(route: Route, model: EventModel): Map<string, DeliveredField> {
  const contracts = parsePattern(route.pattern).flatMap((conjunction) => coverageOf(conjunction, model).contracts);
  const fields = new Set(contracts).values().flatMap((contract) => model.sensitiveFields(contract));
  const delivered = [...fields].filter(
    ({ path, action }) => READABLE_AFTER.has(action) && (isDelivered(path, route) || route.partitionKey === path),
  );
  return new Map(
    delivered.map(({ path, class: name }) => [path, { class: name, shown: deliveredPath(path, route.reshape) }]),
  );
}

function applicationChanges({ before, after }: Documents): MeaningChange[] {
  return after.flatMap(({ application, owner, clearance = [] }): MeaningChange[] => {
    const old = before.find((document) => document.application === application);
    const added = clearance.filter((name) => old?.clearance?.includes(name) !== true);
    const gone = (old?.clearance ?? []).filter((name) => !clearance.includes(name));
    const changed = [...added.map((name) => `+ ${name}`), ...gone.map((name) => `− ${name}`)];
    return [
      ...(changed.length === 0 ? [] : [{ kind: "clearance", subject: application, text: changed.join(", ") } as const]),
      ...(old?.owner === owner
        ? []
        : [{ kind: "owner", subject: application, text: arrow(old?.owner ?? "none", owner) } as const]),
    ];
  });
}

function routeChanges(
  { before, after }: Documents,
  model: EventModel,
  places: readonly EnvironmentPlace[],
): MeaningChange[] {
  const [old, now] = [routesOf(before), routesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((subject): MeaningChange[] => {
    const [was, is] = [old.get(subject), now.get(subject)];
    if (is === undefined) return [{ kind: "route", subject, text: "removed" }];
    const from = was ?? plain(is);
    const text = `added, to ${wordsOf(is.destination)}, of \`${JSON.stringify(is.pattern)}\``;
    return [
      ...(was === undefined ? [{ kind: "route", subject, text } as const] : []),
      ...destinationChanges(subject, from.destination, is.destination, places, () => list(sensitiveOf(is, model))),
      ...settingChanges(from, is).map(([kind, setting]) => ({ kind, subject, text: setting })),
    ];
  });
}

/** The route as it would be if it said nothing but what it has to: the settings of a new one are told against it. */
function plain({ name, description, pattern, destination: { arn: _, ...destination }, tests }: Route): Route {
  return { name, description, pattern, destination, tests };
}

function destinationChanges(
  subject: string,
  was: Destination,
  is: Destination,
  places: readonly EnvironmentPlace[],
  sensitiveFields: () => string,
): MeaningChange[] {
  return places.flatMap((place): MeaningChange[] => {
    const [from, to] = [resolveDestination(was, place), resolveDestination(is, place)];
    if (from === to) return [];
    const isForeign = to.split(":")[4] !== place.accountId;
    const sensitive = isForeign ? sensitiveFields() : "";
    const account = isForeign ? `, **another account**${sensitive === "" ? "" : `, which gets ${sensitive}`}` : "";
    return [{ kind: "destination", subject, text: `${place.name}: ${arrow(from, to)}${account}` }];
  });
}

/** Fates of a destination and of what is in it, in words. */
const fates = {
  used: "written to",
  kept: "kept with what is in it, written to no more",
  retired: "deleted with what is in it by the next deployment",
  gone: "not listed",
} as const;

function formerDestinationChanges({ before, after }: Documents, places: readonly EnvironmentPlace[]): MeaningChange[] {
  const [old, now] = [fatesOf(before), fatesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name): MeaningChange[] => {
    const [was, is] = [old.get(name), now.get(name)];
    // Routes that come and go are told as such, and so is where they write.
    if (was === undefined || (was.fate === "used" && is?.fate === "used")) return [];
    const { destination } = is ?? was;
    const subject = nameDestination(destination).name;
    const [from, to] = [fates[was.fate], fates[is?.fate ?? "gone"]];
    return [
      ...(from === to ? [] : [{ kind: "former destination", subject, text: arrow(from, to) } as const]),
      ...destinationChanges(subject, was.destination, destination, places, () => ""),
    ];
  });
}

/** Kind and name of each destination → its fate. */
function fatesOf(documents: readonly RouteDocument[]): Map<string, Fate> {
  const all = documents.flatMap(({ routes, formerDestinations = [] }): Fate[] => [
    ...formerDestinations.map((destination) => ({
      destination,
      fate: destination.retire === true ? ("retired" as const) : ("kept" as const),
    })),
    ...routes.map(({ destination }) => ({ destination, fate: "used" as const })),
  ]);
  return new Map(all.map((one) => [wordsOf(one.destination), one]));
}

interface Fate {
  readonly destination: Destination;
  readonly fate: keyof typeof fates;
}

/** `queue claims` */
function wordsOf(destination: Destination): string {
  const { kind, name } = nameDestination(destination);
  return `${kind.property} ${name}`;
}

type Value = object | string | number | null;

function settingChanges(was: Route, is: Route): [MeaningChange["kind"], string][] {
  const [old, now] = [meaningOf(was), meaningOf(is)];
  const changes: [MeaningChange["kind"], string][] = [];
  const compare = (kind: MeaningChange["kind"], from: Value, to: Value, none = "none"): void => {
    if (!isDeepStrictEqual(from, to)) changes.push([kind, arrow(shown(from, none), shown(to, none))]);
  };
  if (textOf(was.pattern) !== textOf(is.pattern)) compare("pattern", old.pattern, now.pattern);
  compare("projection", projectionOf(old), projectionOf(now), "everything");
  if (!isDeepStrictEqual(old.reshape, now.reshape)) {
    compare("names", describeReshape(was) ?? null, describeReshape(is) ?? null, "those of the enriched event");
  }
  compare("partition key", old.partitionKey, now.partitionKey, "event.subject, else event.id");
  compare("sampling", old.sample, now.sample);
  compare("ordering", old.delivery.ordering, now.delivery.ordering);
  compare("events per record", old.delivery.eventsPerRecord, now.delivery.eventsPerRecord);
  compare("canaries", old.delivery.canaries ? "delivered" : null, now.delivery.canaries ? "delivered" : null);
  compare("budget", `${old.delivery.budgetMs} ms`, `${now.delivery.budgetMs} ms`);
  return changes;
}

/** A pattern as one text for all spellings: it matches the same in whatever order its parts stand. */
function textOf(pattern: Route["pattern"]): string {
  const sorted = (all: readonly unknown[]): unknown[] =>
    all.map((one) => JSON.stringify(one)).toSorted((a, b) => (a < b ? -1 : 1));
  const conjunctions = parsePattern(pattern).map((conjunction) =>
    conjunction.map(({ path, anyOf }) => ({
      path,
      anyOf: sorted(anyOf.map((one) => ("values" in one ? { ...one, values: sorted(one.values) } : one))),
    })),
  );
  return JSON.stringify(sorted(conjunctions));
}

function projectionOf({ keep, drop }: ReturnType<typeof meaningOf>): object | null {
  if (keep !== null) return { keep };
  return drop === null ? null : { drop };
}

function routesOf(documents: readonly RouteDocument[]): Map<string, Route> {
  return new Map(
    documents.flatMap(({ application, routes }) => routes.map((route) => [`${application}/${route.name}`, route])),
  );
}

function shown(value: Value, none: string): string {
  if (value === null) return none;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const arrow = (from: string, to: string): string => `\`${from}\` → \`${to}\``;
