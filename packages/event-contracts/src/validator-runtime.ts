export {
  type ContractsDefinition,
  defineContracts,
  type GeneratedValidator,
  type SchemaDefinition,
  type ValidatorRuntime,
} from "./validator-runtime/define-contracts.ts";
