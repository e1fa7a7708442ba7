export type {
  CompiledContracts,
  DataValidator,
  SchemaError,
  SchemaErrors,
} from "./codegen/contracts-module.ts";
export { type ContractsModuleOptions, renderContractsModule } from "./codegen/render-contracts-module.ts";
export { compilePrivacyMap } from "./privacy/compile-privacy-map.ts";
