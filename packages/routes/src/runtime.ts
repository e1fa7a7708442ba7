export type { CompiledRoute, CompiledRoutes, CompiledStream } from "./runtime/compiled-routes.ts";
export { InvalidCompiledRoutesError } from "./runtime/errors.ts";
export type { FieldPath, FieldSelector } from "./runtime/project.ts";
export { projectEvent } from "./runtime/project.ts";
export type { RouteArtifact } from "./runtime/route-artifact.ts";
export { loadRouteArtifact } from "./runtime/route-artifact.ts";
export type { EventCopy, RoutedEvent, RouteResult, RouteSet } from "./runtime/route-set.ts";
export { loadRoutes } from "./runtime/route-set.ts";
export { samplePoint } from "./runtime/sample-point.ts";
