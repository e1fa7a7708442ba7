export type { CompiledRoute, CompiledRoutes, CompiledStream } from "./runtime/compiled-routes.ts";
export { InvalidCompiledRoutesError } from "./runtime/errors.ts";
export { dropFields, keepFields } from "./runtime/project.ts";
export type { EventCopy, RoutedEvent, RouteResult, RouteSet } from "./runtime/route-set.ts";
export { loadRoutes } from "./runtime/route-set.ts";
export { samplePoint } from "./runtime/sample-point.ts";
