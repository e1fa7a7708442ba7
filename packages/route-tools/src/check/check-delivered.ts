import { type Fault, nameDestination, type RouteDocument, type RouteFolder } from "@millrace/routes";
import type { EventModel } from "../analysis/event-model.ts";
import { compareDelivered } from "../delivered/compare-delivered.ts";

/**
 * Finds streams whose consumers read by a schema that the change breaks. A warning: the owner of the routes may also
 * own the consumers.
 *
 * @param before the documents that are deployed, or will be before the change is
 * @param path the folder of `after`
 */
export function checkDelivered(
  before: readonly RouteDocument[],
  after: RouteFolder,
  path: string,
  model: EventModel,
): Fault[] {
  const documents = { before, after: after.documents.map(({ document }) => document) };
  return compareDelivered(documents, model)
    .filter(({ isBreak }) => isBreak)
    .map(({ stream, text }): Fault => {
      const found = after.documents.find(({ document }) =>
        document.routes.some(({ destination }) => nameDestination(destination).name === stream),
      );
      return {
        severity: "warning",
        file: found?.file ?? path,
        pointer: "",
        rule: "breaks-consumers",
        message: `Consumers of "${stream}": ${text}.`,
        fix: "Tell its consumers before the deployment, or deliver the change to a stream of another name.",
      };
    });
}
