export { compileReshape } from "./compile/compile-reshape.ts";
export { deliveredBy } from "./compile/delivered-by.ts";
export { closestName, isOneEditAway } from "./closest-name.ts";
export { createRouteArtifact } from "./compile/create-route-artifact.ts";
export { compileRoutes } from "./compile/compile-routes.ts";
export { destinationFaults } from "./destinations/check-destinations.ts";
export type { DestinationDocument, DestinationFile } from "./destinations/check-destinations.ts";
export { nameDestination } from "./destinations/name-destination.ts";
export type { NamedDestination } from "./destinations/name-destination.ts";
export { parseDestinationArn, resolveDestination } from "./destinations/physical-destination.ts";
export type { EnvironmentPlace, PhysicalDestination } from "./destinations/physical-destination.ts";
export { meaningOf } from "./compile/meaning.ts";
export type { RouteMeaning } from "./compile/meaning.ts";
export { deliveredPath } from "./document/delivered-path.ts";
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
  Reshape,
  Route,
  RouteDocument,
  RouteTest,
} from "./document/route-document.ts";
export { routeDocumentSchema } from "./document/route-document-schema.ts";
export { RouteDocumentsError, RoutesError } from "./errors.ts";
export { describeCriterion, describeExplanation } from "./explain/describe-explanation.ts";
export { describeReshape } from "./explain/describe-reshape.ts";
export type { CompiledDestination, CompiledRoute, CompiledRoutes } from "./runtime/compiled-routes.ts";
