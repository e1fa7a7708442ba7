import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A control group of this machine, which limits the memory of a process as a container does. */
export interface Container {
  /** Command that starts `argv` in it. */
  readonly command: (argv: readonly string[]) => readonly [string, ...string[]];
  /** The most memory that the process and its pages and sockets in the kernel have taken, in MiB. */
  peakMib(): number;
  /** Ends it; its process has to be gone. */
  remove(): void;
}

/** Files of the two versions of control groups: version 1 has a hierarchy for memory of its own. */
const versions = [
  { root: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes", peak: "memory.max_usage_in_bytes" },
  { root: "/sys/fs/cgroup", limit: "memory.max", peak: "memory.peak" },
] as const;

/** Makes a container of the size; `undefined` where this process may not make one. */
export function createContainer(memoryMib: number): Container | undefined {
  for (const { root, limit, peak } of versions) {
    const folder = join(root, `ingest-overload-${process.pid}-${memoryMib}`);
    try {
      mkdirSync(folder);
    } catch {
      continue;
    }
    if (existsSync(join(folder, limit))) {
      writeFileSync(join(folder, limit), String(memoryMib * 1_048_576));
      return {
        command: (argv) => ["sh", "-c", 'echo $$ > "$0" && exec "$@"', join(folder, "cgroup.procs"), ...argv],
        peakMib: () => Math.round(Number(readFileSync(join(folder, peak), "utf8")) / 1_048_576),
        remove: () => rmdirSync(folder),
      };
    }
    rmdirSync(folder);
  }
  return undefined;
}
