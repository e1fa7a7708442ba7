export type { Change, ChangeClass } from "./check/history/change.ts";
export { compareSchemas } from "./check/history/compare-schemas.ts";
