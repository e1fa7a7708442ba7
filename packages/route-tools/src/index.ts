export { checkRoutes } from "./check/check-routes.ts";
export { readUndelivered } from "./redrive/read-undelivered.ts";
export type { ReadUndelivered } from "./redrive/read-undelivered.ts";
export { redrive, redriveKey } from "./redrive/redrive.ts";
export type { RedriveOptions, RedriveResult } from "./redrive/redrive.ts";
