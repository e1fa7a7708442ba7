import { join } from "node:path";

/** The repository's root: everything the laptop reads or writes is below it. */
export const repositoryRoot = join(import.meta.dirname, "..", "..", "..", "..");

/** Everything a run leaves behind; made anew at every start. */
export const stateFolder = join(repositoryRoot, ".local");

export const folders = {
  objects: join(stateFolder, "s3"),
  logs: join(stateFolder, "logs"),
  /** Where the running pipeline says how to reach it. */
  runFile: join(stateFolder, "run.json"),
  warehouse: join(stateFolder, "warehouse.duckdb"),
  routes: join(repositoryRoot, "schemas", "routes"),
  defaultStack: join(repositoryRoot, "infra", "dist", "stacks", "local", "cdk.tf.json"),
} as const;
