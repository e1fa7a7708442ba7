export { checkRoutes } from "./check/check-routes.ts";
export { readDeadLetter } from "./redrive/read-dead-letter.ts";
export type { ReadDeadLetter } from "./redrive/read-dead-letter.ts";
export { redrive, redriveKey } from "./redrive/redrive.ts";
export type { RedriveOptions, RedriveResult } from "./redrive/redrive.ts";
