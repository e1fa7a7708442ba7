export { EventModel } from "./analysis/event-model.ts";
export { checkRoutes } from "./check/check-routes.ts";
export { describeStream } from "./delivered/delivered-stream.ts";
export type { DeliveredContract, DeliveredStream } from "./delivered/delivered-stream.ts";
export { readUndelivered } from "./redrive/read-undelivered.ts";
export type { ReadUndelivered } from "./redrive/read-undelivered.ts";
export { redrive, redriveKey } from "./redrive/redrive.ts";
export type { RedriveOptions, RedriveResult } from "./redrive/redrive.ts";
