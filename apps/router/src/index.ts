export { BAD_ROWS, badRowKinds } from "./bad-rows.ts";
export type { BadRowKind, DeadLetter } from "./bad-rows.ts";
export type { RouterHop } from "./copy-line.ts";
export { createRouterHandler } from "./create-router-handler.ts";
export type { RouterDependencies } from "./create-router-handler.ts";
