export type {
  CompiledContracts,
  DataValidator,
  SchemaError,
  SchemaErrors,
} from "./codegen/contracts-module.ts";
