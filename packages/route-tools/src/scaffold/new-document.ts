import type { Contract, Registry } from "@millrace/contract-tools/registry";
import { FREE_NAME } from "../analysis/sensitive-places.ts";
import { READABLE_AFTER } from "../check/check-sensitive.ts";
import { EventModel } from "../analysis/event-model.ts";
import { closestName, type Destination, nameDestination, type Route, type RouteDocument } from "@millrace/routes";
import { UsageError } from "../errors.ts";

/** The answers of somebody who wants a route. */
export interface NewRouteAnswers {
  readonly application: string;
  readonly owner: string;
  /** Event types to deliver. */
  readonly types: readonly string[];
  /** Default: `<type>` with hyphens, or `events` for several. */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Default: a stream of the application's name. */
  readonly destination?: Destination | undefined;
  /** Also events that broke their contract. */
  readonly includeInvalid?: boolean | undefined;
}

/**
 * A document with one route that passes the checks: sensitive fields that stay readable are dropped, because a
 * clearance is somebody else's to give.
 * @throws UsageError when a type has no contract.
 */
export function newRouteDocument(answers: NewRouteAnswers, registry: Registry): RouteDocument {
  const { application, owner } = answers;
  return { $schema: "./route-document.schema.json", application, owner, routes: [newRoute(answers, registry)] };
}

/**
 * A document that exists with one more route; a former destination that the route brings back into use is one no
 * longer.
 */
export function withRoute(document: RouteDocument, answers: NewRouteAnswers, registry: Registry): RouteDocument {
  const route = newRoute(answers, registry);
  const { formerDestinations, ...rest } = document;
  const former = (formerDestinations ?? []).filter(
    (one) => nameDestination(one).name !== nameDestination(route.destination).name,
  );
  return {
    ...rest,
    routes: [...document.routes, route],
    ...(former.length > 0 && { formerDestinations: former }),
  };
}

function newRoute(answers: NewRouteAnswers, registry: Registry): Route {
  const { types, includeInvalid = false, application } = answers;
  const contracts = types.flatMap((type) => contractsOf(type, registry));
  const drop = readableFields(contracts, new EventModel(registry));
  const status = includeInvalid ? {} : { validation: { status: ["valid"] as const } };
  const matching = { event: { type: types[0] ?? "" }, validation: { status: "valid" } };
  return {
    name: answers.name ?? (types.length === 1 ? (types[0] ?? "").replaceAll(".", "-") : "events"),
    description:
      answers.description ?? `Events of ${types.join(", ")}${includeInvalid ? "" : " that hold their contract"}.`,
    pattern: { event: { type: types }, ...status },
    destination: answers.destination ?? { stream: application },
    ...(drop.length > 0 && { project: { drop } }),
    tests: [
      { name: `an event of ${types[0] ?? ""} is delivered`, event: matching, matches: true },
      {
        name: "an event of another type is not",
        event: { ...matching, event: { type: "another.type" } },
        matches: false,
      },
    ],
  };
}

function contractsOf(type: string, registry: Registry): readonly Contract[] {
  const versions = registry.versionsOf(type);
  if (versions.length > 0) return versions;
  const types = [...new Set(registry.contracts.map((contract) => contract.type))];
  const closest = closestName(type, types);
  const hint = closest === undefined ? `Known are ${types.join(", ")}.` : `Did you mean "${closest}"?`;
  throw new UsageError(`No contract describes events of type "${type}". ${hint}`);
}

function readableFields(contracts: readonly Contract[], model: EventModel): string[] {
  const paths = new Set<string>();
  for (const contract of contracts) {
    for (const { path, action } of model.sensitiveFields(contract)) {
      // Names that are free cannot be dropped one by one.
      if (READABLE_AFTER.has(action)) paths.add(path.split(`.${FREE_NAME}`)[0] ?? path);
    }
  }
  return [...paths].sort();
}
