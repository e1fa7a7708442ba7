export { RegistryError } from "./errors.ts";
export type { Json, JsonObject } from "./json.ts";
export { type Fault, formatFault } from "./registry/fault.ts";
export { loadRegistry, readRegistry } from "./registry/load-registry.ts";
export { createRegistry, type Registry, type SchemaFile } from "./registry/registry.ts";
export type { Contract, Draft, SchemaDocument } from "./registry/schema-document.ts";
export type { SchemaPlace, SchemaResources } from "./registry/schema-resources.ts";
export { compareVersions, formatVersion, parseVersion, schemaBaseUrl, type SchemaVersion } from "./schema-id.ts";
