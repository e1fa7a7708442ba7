export { EnvironmentSource, type EnvironmentSourceOptions, type RunProgram } from "./environment-source.ts";
export { EnvironmentWarehouse } from "./environment-warehouse.ts";
export { openEnvironmentSource, type OpenEnvironmentOptions } from "./open-environment-source.ts";
