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
    return [...dropped].map((stream) => ({
      severity: "error",
      file,
      pointer: "",
      rule: "dropped-stream",
      message: `Nothing names stream "${stream}" any more, and no deployment deletes a stream that was not retired.`,
      fix:
        `${present === undefined ? `Bring ${basename(file)} back with "routes": []. ` : ""}Add { "stream": "${stream}" } to "formerDestinations" ` +
        `to keep the stream, with "retire": true to have it deleted.`,
    }));
  });
}

function streamsOf({ routes, formerDestinations = [] }: RouteDocument): string[] {
  return [...routes.map(({ destination }) => destination.stream), ...formerDestinations.map(({ stream }) => stream)];
}
