export {
  DuckDbWarehouse,
  type DuckDbWarehouseOptions,
  type QueryRow,
  type RejectedLine,
  type TableDefinition,
} from "./snowpipe/duckdb-warehouse.ts";
