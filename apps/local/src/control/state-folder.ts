import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { LocalError } from "../errors.ts";
import { defaultStateFolder, type StateFolders } from "../runtime/folders.ts";
import { removeRunFile } from "./run-file.ts";

/** The folder holds something that no pipeline put there. */
export class StateFolderError extends LocalError {
  constructor(message: string, options?: ErrorOptions) {
    super("state-folder", message, options);
  }
}

/** Another pipeline already keeps its state in the folder. */
export class AlreadyRunningError extends LocalError {
  constructor(folder: string, holder: string, options?: ErrorOptions) {
    super(
      "already-running",
      `A pipeline keeps its state in ${folder} already (${holder}). End it first, or give this one another --state folder and --port.`,
      options,
    );
  }
}

/** A folder that belongs to this process until `release`, or until the process is gone, however it ends. */
export interface ClaimedFolder {
  release(): void;
}

const ownerOnly = 0o700;
const marker = ".millrace-state";
const markerText =
  "The local pipeline of Millrace keeps its state in this folder. `pnpm start` may delete what it put here.\n";

/**
 * Takes a folder for the state of one run: a new or empty one, one with the marker of an earlier run, or the default
 * one. Only one process at a time gets it.
 *
 * @throws StateFolderError for a folder with other content, which is left as it is
 * @throws AlreadyRunningError when another process has it
 */
export async function claimStateFolder({ root, lock, runFile }: StateFolders): Promise<ClaimedFolder> {
  markFolder(root);
  const instance = await openLock(root, lock);
  // A run that was killed left its own: who waits for the file must not take that one.
  removeRunFile(runFile);
  return { release: () => instance.closeSync() };
}

/** DuckDB locks the file through the kernel, so a killed process leaves no lock behind. Node has no such call. */
async function openLock(root: string, lock: string): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(lock, { threads: "1" });
  } catch (cause) {
    const { message } = cause as Error;
    if (!message.includes("Could not set lock")) {
      throw new StateFolderError(`${lock} cannot be opened: ${message}. Delete it, or give another --state.`, {
        cause,
      });
    }
    throw new AlreadyRunningError(root, /PID \d+/.exec(message)?.[0].replace("PID", "process") ?? "another process", {
      cause,
    });
  }
}

function markFolder(root: string): void {
  let names: string[];
  try {
    // Raw events and dead letters lie here unmasked.
    makeFolder(root);
    names = readdirSync(root);
    // A folder that an earlier version, or the user, made is as open as the system's default.
    if (names.includes(marker)) chmodSync(root, ownerOnly);
  } catch (cause) {
    throw new StateFolderError(`--state ${root} cannot be used: ${(cause as Error).message}.`, { cause });
  }
  if (names.includes(marker)) return;
  if (names.length > 0 && root !== defaultStateFolder) {
    throw new StateFolderError(
      `--state ${root} is not empty, and no pipeline made it (it has no ${marker}). Nothing was changed. Give an empty or a new folder.`,
    );
  }
  chmodSync(root, ownerOnly);
  writeFileSync(join(root, marker), markerText);
}

/** Node's own recursive way never ends where a file system takes no folders, such as `/proc`. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: ownerOnly });
}
