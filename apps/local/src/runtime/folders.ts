import { rmSync } from "node:fs";
import { join } from "node:path";

/** The repository's root: what the laptop runs is below it. */
export const repositoryRoot = join(import.meta.dirname, "..", "..", "..", "..");

/** The route documents the expectations are read from. */
export const routesFolder = join(repositoryRoot, "schemas", "routes");

/** Where the environments lie; rendered by `infra`. */
export const environmentsFile = join(repositoryRoot, "infra", "environments.json");

/** Stack that `pnpm synth` writes for the environment `local`. */
export const defaultStackPath = join(repositoryRoot, "infra", "dist", "stacks", "local", "cdk.tf.json");

/** Where a run keeps its state unless it is told otherwise. */
export const defaultStateFolder = join(repositoryRoot, ".local");

/** Everything a run leaves behind. */
export interface StateFolders {
  readonly root: string;
  readonly streams: string;
  readonly objects: string;
  readonly logs: string;
  readonly warehouse: string;
  /** File with the form of each delivery stream's objects. */
  readonly forms: string;
  /** File with the addresses of the running pipeline. */
  readonly runFile: string;
  /** Open in the process that has the folder. */
  readonly lock: string;
}

export function stateFolders(root: string): StateFolders {
  return {
    root,
    streams: join(root, "streams"),
    objects: join(root, "s3"),
    logs: join(root, "logs"),
    warehouse: join(root, "warehouse.duckdb"),
    forms: join(root, "delivery-forms.json"),
    runFile: join(root, "run.json"),
    lock: join(root, "lock"),
  };
}

/** Deletes what earlier runs left in the folder, and nothing else that lies there. */
export function emptyStateFolder({ streams, objects, logs, warehouse, forms, runFile }: StateFolders): void {
  for (const path of [streams, objects, logs, warehouse, `${warehouse}.wal`, `${warehouse}.tmp`, forms, runFile]) {
    rmSync(path, { recursive: true, force: true });
  }
}
