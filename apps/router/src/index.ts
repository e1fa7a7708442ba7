export { BAD_ROWS, badRowKinds } from "./bad-rows.ts";
export type { BadRowKind } from "./bad-rows.ts";
export { createRouterHandler } from "./create-router-handler.ts";
export type { UndeliveredEvent } from "./undelivered/undelivered-event.ts";
export type { RouterDependencies } from "./create-router-handler.ts";
export { RELOAD_TIMEOUT_MS } from "./limits.ts";
export { RouteSource, type RouteSourceOptions } from "./reload/route-source.ts";
