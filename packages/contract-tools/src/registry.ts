export { RegistryError } from "./errors.ts";
export type { Json, JsonObject } from "@millrace/schema-graph";
export { type Fault, formatFault } from "./registry/fault.ts";
export { loadRegistry, readRegistry } from "./registry/load-registry.ts";
export { createRegistry, type Registry, type SchemaFile } from "./registry/registry.ts";
export type { Contract, Draft, SchemaDocument } from "@millrace/schema-graph";
export type { SchemaPlace, SchemaResources } from "@millrace/schema-graph";
export { compareVersions, formatVersion, parseVersion, schemaBaseUrl } from "./schema-id.ts";
export type { SchemaVersion } from "@millrace/schema-graph";
