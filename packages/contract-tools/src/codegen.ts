export { type ContractDocsOptions, renderContractDocs } from "./codegen/docs/render-contract-docs.ts";
export { describeFields, type Field } from "./codegen/fields/describe-fields.ts";
export {
  type ContractsModuleOptions,
  renderContractsDefinition,
  renderContractsModule,
} from "./codegen/render-contracts-module.ts";
export {
  renderStoredContracts,
  type StoredContracts,
  storedContractsFile,
} from "./codegen/render-stored-contracts.ts";
export { maskedSchema } from "./codegen/masked/masked-schema.ts";
export { renderContractTypes } from "./codegen/types/render-contract-types.ts";
export { createTypeRenderer } from "./codegen/types/type-renderer.ts";
export {
  renderWarehouseViews,
  type WarehouseView,
  type WarehouseViewOptions,
} from "./codegen/warehouse/render-warehouse-views.ts";
export { instantExpression, type WarehouseColumn } from "./codegen/warehouse/warehouse-columns.ts";
export { compilePrivacyMap } from "./privacy/compile-privacy-map.ts";
