import { basename, join } from "node:path";
import type { Fault, RouteDocument, RouteFolder } from "@millrace/routes";

/**
 * Streams that the documents name no more. A deployment refuses to delete them, which is late: the change that dropped
 * them is merged by then.
 *
 * @param before the documents that are deployed, or will be before the change is
 * @param path the folder of `after`, for documents that are gone
 */
export function checkDroppedStreams(before: readonly RouteDocument[], after: RouteFolder, path: string): Fault[] {
  const named = new Set(after.documents.flatMap(({ document }) => streamsOf(document)));
  const unreadable = new Set(after.faults.filter(({ severity }) => severity === "error").map(({ file }) => file));
  return before.flatMap(({ application, routes, formerDestinations = [] }) => {
    const retired = new Set(formerDestinations.filter(({ retire }) => retire === true).map(({ stream }) => stream));
    const kept = [...routes.map(({ destination }) => destination), ...formerDestinations].map(({ stream }) => stream);
    const dropped = new Set(kept.filter((stream) => !named.has(stream) && !retired.has(stream)));
    const present = after.documents.find(({ document }) => document.application === application)?.file;
    const file = present ?? join(path, `${application}.json`);
    if (present === undefined && unreadable.has(file)) return [];
    const gone = [...dropped].map(
      (stream): Fault => ({
        severity: "error",
        file,
        pointer: "",
        rule: "dropped-stream",
        message: `Nothing names stream "${stream}" any more, and no deployment deletes a stream that was not retired.`,
        fix:
          `${present === undefined ? `Bring ${basename(file)} back with "routes": []. ` : ""}Add { "stream": "${stream}" } to "formerDestinations" ` +
          `to keep the stream, with "retire": true to have it deleted.`,
      }),
    );
    return [...gone, ...replacedStreams({ application, routes }, after)];
  });
}

/** An ARN takes the place of our stream in its environment, and no deployment deletes a stream that was not retired. */
function replacedStreams(
  { application, routes }: Pick<RouteDocument, "application" | "routes">,
  after: RouteFolder,
): Fault[] {
  const before = new Map(routes.map(({ destination }) => [destination.stream, destination]));
  const present = after.documents.find(({ document }) => document.application === application);
  const told = new Set<string>();
  return (present?.document.routes ?? []).flatMap(({ destination: { stream, arn = {} } }, index): Fault[] => {
    const was = before.get(stream);
    if (was === undefined || present === undefined) return [];
    return Object.keys(arn).flatMap((environment): Fault[] => {
      if (was.arn?.[environment] !== undefined || told.has(`${stream} ${environment}`)) return [];
      told.add(`${stream} ${environment}`);
      return [
        {
          severity: "error",
          file: present.file,
          pointer: `/routes/${index}/destination/arn/${environment}`,
          rule: "replaced-stream",
          message: `In ${environment} the ARN takes the place of our stream "${stream}", which would go with what is in it.`,
          fix: `Give the destination a name of its own, and list "${stream}" in "formerDestinations", with "retire": true to have it deleted.`,
        },
      ];
    });
  });
}

function streamsOf({ routes, formerDestinations = [] }: RouteDocument): string[] {
  return [...routes.map(({ destination }) => destination.stream), ...formerDestinations.map(({ stream }) => stream)];
}
