import type { Route } from "../document/route-document.ts";
import { type FieldSelector, projectEvent } from "../runtime/project.ts";
import { createReshaper } from "../runtime/reshape.ts";
import { compileReshape } from "./compile-reshape.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The part of an event that a route by itself delivers, projected and reshaped; whether it matches is not asked.
 * @example deliveredBy({ ...route, project: { drop: ["event.data"] } }, { event: { id: "1", data: {} } })
 * // { event: { id: "1" } }
 */
export function deliveredBy({ project, reshape }: Pick<Route, "project" | "reshape">, event: JsonObject): JsonObject {
  const paths = (project?.keep ?? project?.drop ?? []).map((path) => path.split("."));
  const selector: FieldSelector = { isKeep: project?.keep !== undefined, paths };
  const projected = project === undefined ? event : projectEvent(event, [selector]);
  const compiled = compileReshape(reshape);
  return compiled === undefined ? projected : createReshaper(compiled)(projected);
}
