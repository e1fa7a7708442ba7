import { basename, join } from "node:path";
import {
  type Fault,
  nameDestination,
  type NamedDestination,
  type RouteDocument,
  type RouteFolder,
} from "@millrace/routes";

/**
 * Destinations that the documents name no more. A deployment refuses to delete them, which is late: the change that
 * dropped them is merged by then.
 *
 * @param before the documents that are deployed, or will be before the change is
 * @param path the folder of `after`, for documents that are gone
 */
export function checkDroppedDestinations(before: readonly RouteDocument[], after: RouteFolder, path: string): Fault[] {
  const named = new Set(after.documents.flatMap(({ document }) => destinationsOf(document)).map(keyOf));
  const unreadable = new Set(after.faults.filter(({ severity }) => severity === "error").map(({ file }) => file));
  return before.flatMap((document) => {
    const { application, routes, formerDestinations = [] } = document;
    const retired = new Set(
      formerDestinations.filter(({ retire }) => retire === true).map((former) => keyOf(nameDestination(former))),
    );
    const kept = new Map(destinationsOf(document).map((destination) => [keyOf(destination), destination]));
    const dropped = [...kept].filter(([key]) => !named.has(key) && !retired.has(key)).map(([, dropped]) => dropped);
    const present = after.documents.find(({ document }) => document.application === application)?.file;
    const file = present ?? join(path, `${application}.json`);
    if (present === undefined && unreadable.has(file)) return [];
    const gone = dropped.map(
      ({ kind: { property }, name }): Fault => ({
        severity: "error",
        file,
        pointer: "",
        rule: "dropped-stream",
        message: `Nothing names ${property} "${name}" any more, and no deployment deletes a ${property} that was not retired.`,
        fix:
          `${present === undefined ? `Bring ${basename(file)} back with "routes": []. ` : ""}Add { "${property}": "${name}" } to "formerDestinations" ` +
          `to keep the ${property}, with "retire": true to have it deleted.`,
      }),
    );
    return [...gone, ...replacedDestinations({ application, routes }, after)];
  });
}

/** An ARN takes the place of ours in its environment, and no deployment deletes what was not retired. */
function replacedDestinations(
  { application, routes }: Pick<RouteDocument, "application" | "routes">,
  after: RouteFolder,
): Fault[] {
  const before = new Map(routes.map(({ destination }) => [keyOf(nameDestination(destination)), destination]));
  const present = after.documents.find(({ document }) => document.application === application);
  const told = new Set<string>();
  return (present?.document.routes ?? []).flatMap(({ destination }, index): Fault[] => {
    const { name, kind, arn } = nameDestination(destination);
    const was = before.get(keyOf({ name, kind }));
    if (was === undefined || present === undefined) return [];
    return Object.keys(arn).flatMap((environment): Fault[] => {
      if (was.arn?.[environment] !== undefined || told.has(`${name} ${environment}`)) return [];
      told.add(`${name} ${environment}`);
      return [
        {
          severity: "error",
          file: present.file,
          pointer: `/routes/${index}/destination/arn/${environment}`,
          rule: "replaced-stream",
          message: `In ${environment} the ARN takes the place of our ${kind.property} "${name}", which would go with what is in it.`,
          fix: `Give the destination a name of its own, and list "${name}" in "formerDestinations", with "retire": true to have it deleted.`,
        },
      ];
    });
  });
}

/** A queue of the name of a stream is another destination. */
const keyOf = ({ kind, name }: Pick<NamedDestination, "kind" | "name">): string => `${kind.kind} ${name}`;

function destinationsOf({ routes, formerDestinations = [] }: RouteDocument): NamedDestination[] {
  return [...routes.map(({ destination }) => destination), ...formerDestinations].map(nameDestination);
}
