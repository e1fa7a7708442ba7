import { parsePattern } from "@millrace/event-pattern";
import {
  deliveredPath,
  describeReshape,
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
  "owner",
  "consumers",
  "route",
  "pattern",
  "projection",
  "names",
  "partition key",
  "sampling",
  "ordering",
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
      ...(old === undefined || old.owner === owner
        ? []
        : [{ kind: "owner", subject: application, text: arrow(old.owner, owner) } as const]),
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
    if (was === undefined || is === undefined) {
      const text = is === undefined ? "removed" : `added, to ${wordsOf(is.destination)}`;
      return [{ kind: "route", subject, text }];
    }
    return [
      ...destinationChanges(subject, was, is, model, places),
      ...settingChanges(was, is).map(([kind, text]) => ({ kind, subject, text })),
    ];
  });
}

function destinationChanges(
  subject: string,
  was: Route,
  is: Route,
  model: EventModel,
  places: readonly EnvironmentPlace[],
): MeaningChange[] {
  return places.flatMap((place): MeaningChange[] => {
    const [from, to] = [was, is].map(({ destination }) => resolveDestination(destination, place));
    if (from === undefined || to === undefined || from === to) return [];
    const isForeign = to.split(":")[4] !== place.accountId;
    const sensitive = isForeign ? list(sensitiveOf(is, model)) : "";
    const account = isForeign ? `, **another account**${sensitive === "" ? "" : `, which gets ${sensitive}`}` : "";
    return [{ kind: "destination", subject, text: `${place.name}: ${arrow(from, to)}${account}` }];
  });
}

/** `queue claims` */
function wordsOf(destination: Route["destination"]): string {
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
  if (
    !isDeepStrictEqual(parsePattern(was.pattern).map(withoutPointers), parsePattern(is.pattern).map(withoutPointers))
  ) {
    compare("pattern", old.pattern, now.pattern);
  }
  compare("projection", projectionOf(old), projectionOf(now), "everything");
  if (!isDeepStrictEqual(old.reshape, now.reshape)) {
    compare("names", describeReshape(was) ?? null, describeReshape(is) ?? null, "those of the enriched event");
  }
  compare("partition key", old.partitionKey, now.partitionKey, "event.subject, else event.id");
  compare("sampling", old.sample, now.sample);
  compare("ordering", old.delivery.ordering, now.delivery.ordering);
  compare("budget", `${old.delivery.budgetMs} ms`, `${now.delivery.budgetMs} ms`);
  return changes;
}

/** Returns a combination without pointers: a criterion's place in the pattern does not change its matches. */
function withoutPointers(conjunction: ReturnType<typeof parsePattern>[number]): object {
  return conjunction.map(({ path, anyOf }) => ({ path, anyOf: anyOf.map((one) => JSON.stringify(one)).toSorted() }));
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
