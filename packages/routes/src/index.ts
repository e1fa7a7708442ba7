export { checkRoutes } from "./check/check-routes.ts";
export { createRouteArtifact } from "./compile/create-route-artifact.ts";
export { compileRoutes } from "./compile/compile-routes.ts";
export type { Fault, Parsed } from "./document/fault.ts";
export { formatFault } from "./document/fault.ts";
export { loadRouteDocuments, readRouteDocuments } from "./document/load-route-documents.ts";
export type { RouteFolder } from "./document/load-route-documents.ts";
export { parseRouteDocument } from "./document/parse-route-document.ts";
export type {
  DeliveryOptions,
  Destination,
  FormerDestination,
  Projection,
  Route,
  RouteDocument,
  RouteTest,
} from "./document/route-document.ts";
export { routeDocumentSchema } from "./document/route-document-schema.ts";
export { redrive, redriveKey } from "./redrive/redrive.ts";
export type { RedriveOptions, RedriveResult } from "./redrive/redrive.ts";
export { readDeadLetter } from "./redrive/read-dead-letter.ts";
export type { ReadDeadLetter } from "./redrive/read-dead-letter.ts";
export { RouteDocumentsError, RoutesError, UsageError } from "./errors.ts";
export type { CompiledRoute, CompiledRoutes, CompiledStream } from "./runtime/compiled-routes.ts";
