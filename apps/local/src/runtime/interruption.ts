import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";

const INTERRUPTED_CODE = 130;

const PARENT_POLL_MS = 1_000;

/**
 * Aborts on the first Ctrl-C or SIGTERM; a second one ends the process at once. The end of the parent counts as one: a
 * killed package manager sends no signal, and afterwards no Ctrl-C reaches this process.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED_CODE);
    console.log("\nDraining: what was accepted reaches the warehouse. Ctrl-C again to end at once.");
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const ancestors = readAncestors();
  const watch = setInterval(() => {
    if (readAncestors() === ancestors) return;
    clearInterval(watch);
    if (!controller.signal.aborted) stop();
  }, PARENT_POLL_MS).unref();
  return controller.signal;
}

/**
 * Ids of the parent and, where Linux tells, of its parent: a package manager starts Node through a shell that outlives
 * it.
 */
function readAncestors(): string {
  const parent = process.ppid;
  try {
    const [, fields = ""] = /\) (.*)/.exec(readFileSync(`/proc/${parent}/stat`, "utf8")) ?? [];
    const isPackageScript = process.env["npm_lifecycle_event"] !== undefined;
    return isPackageScript ? `${parent} ${fields.split(" ")[1] ?? ""}` : String(parent);
  } catch {
    return String(parent);
  }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}

/** Resolves after so many milliseconds; it keeps no process alive. */
export function deadline(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms).unref());
}
