import { compileRoutes, loadRouteDocuments } from "@millrace/routes";
import { loadRoutes, type RouteSet } from "@millrace/routes/runtime";
import { routesFolder } from "../runtime/folders.ts";

/** The routes of this checkout. */
export function presentRoutes(): RouteSet {
  return loadRoutes(compileRoutes(loadRouteDocuments(routesFolder)));
}
