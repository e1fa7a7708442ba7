export {
  DuckDbWarehouse,
  type DuckDbWarehouseOptions,
  type QueryRow,
  type TableDefinition,
} from "./snowpipe/duckdb-warehouse.ts";
export type { DynamicTableDefinition } from "./snowpipe/dynamic-table.ts";
export type { FinderDefinition } from "./snowpipe/row-finder.ts";
