import { existsSync, readdirSync, watch } from "node:fs";
import { join, relative } from "node:path";
import { builtApps } from "../build/build-files.ts";
import { repositoryRoot } from "../runtime/folders.ts";

/** Folders with a package's build inputs. Other folders (tests, outputs) change for other reasons. */
const sourceFolders = ["src", "options", "rules", "scripts"];
const packageFolders = ["infra", ...builtApps];
/** An editor writes a file in several steps, and a person saves several files. */
const QUIET_MS = 300;

export interface SourceWatch {
  /** Paths that changed, relative to the repository; called once they have been quiet for a moment. */
  readonly onChange: (paths: readonly string[]) => void;
  readonly onError: (error: Error) => void;
  readonly signal: AbortSignal;
}

/** Watches everything that the stack and its programs are built from. */
export function watchSources({ onChange, onError, signal }: SourceWatch): void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    const paths = [...changed].sort();
    changed.clear();
    if (!signal.aborted) onChange(paths);
  };
  for (const folder of watchedFolders()) {
    const watcher = watch(folder, { recursive: true, persistent: false, signal }, (_event, name) => {
      changed.add(relative(repositoryRoot, join(folder, name ?? "")));
      clearTimeout(timer);
      timer = setTimeout(tell, QUIET_MS);
    });
    watcher.on("error", onError);
  }
}

function watchedFolders(): readonly string[] {
  const packages = readdirSync(join(repositoryRoot, "packages")).map((name) => join("packages", name));
  return [
    join(repositoryRoot, "schemas"),
    ...[...packageFolders, ...packages].flatMap((folder) =>
      sourceFolders.map((name) => join(repositoryRoot, folder, name)).filter((path) => existsSync(path)),
    ),
  ];
}
