export {
  type ContractsDefinition,
  defineContracts,
  type GeneratedValidator,
  type NamedSchemas,
  type SchemaDefinition,
  type SetAsideRule,
  type ValidatorRuntime,
} from "./validator-runtime/define-contracts.ts";
export { type FormatDefinition, formats } from "./validator-runtime/formats.ts";
export { countCodePoints, isMultipleOf } from "./validator-runtime/json-values.ts";
export {
  openContracts,
  type StoredEntry,
  storedHead,
  storedKinds,
  type StoredPlace,
} from "./validator-runtime/open-contracts.ts";
