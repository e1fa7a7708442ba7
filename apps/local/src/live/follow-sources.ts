import type { ChangeKind } from "@millrace/pipeline-source";
import type { LocalTopology } from "@millrace/topology";
import { ensureBuilt, inputsOf } from "../build/ensure-built.ts";
import { checkSchemas } from "../build/check-schemas.ts";
import type { Pipeline } from "../runtime/pipeline.ts";
import { watchSources } from "./watch-sources.ts";

export interface FollowOptions {
  readonly pipeline: Pipeline;
  /** Reads the definition that a build has written. */
  readonly readStack: () => LocalTopology;
  /** Fingerprint of the sources that run. */
  readonly inputs: string;
  /** Gets one line or more for everything that is to be told. */
  readonly onNotice: (message: string, kind?: ChangeKind) => void;
  readonly signal: AbortSignal;
}

const MAX_NAMED_PATHS = 3;
/** Walking all sources takes longer than the first answers of the event service, which come first. */
const FIRST_LOOK_MS = 2_000;

/** While the pipeline runs: builds and checks changed sources, and takes them over or prints why not. */
export function followSources(options: FollowOptions): void {
  const { onNotice, signal } = options;
  let inputs = options.inputs;
  let waiting = new Set<string>();
  let isBusy = false;

  async function takeAll(): Promise<void> {
    isBusy = true;
    while (waiting.size > 0 && !signal.aborted) {
      const paths = [...waiting];
      waiting = new Set();
      const now = inputsOf();
      // A file that was written back as it was is still another file; one that nothing reads is none.
      if (now === inputs) continue;
      inputs = now;
      await takeOver(paths, options);
    }
    isBusy = false;
  }

  function take(paths: readonly string[]): void {
    for (const path of paths) waiting.add(path);
    if (!isBusy) void takeAll();
  }

  const timer = setTimeout(() => {
    watchSources({
      signal,
      onError: (error) => onNotice(`Changed sources are no longer noticed: ${error.message}.`),
      onChange: take,
    });
    // Changes until now were not watched.
    if (inputsOf() !== inputs) take(["A source"]);
  }, FIRST_LOOK_MS);
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
}

async function takeOver(paths: readonly string[], options: FollowOptions): Promise<void> {
  const { pipeline, readStack, onNotice, signal } = options;
  const startedAt = Date.now();
  onNotice(`${nameSome(paths)} changed: building.`);
  try {
    await checkSchemas(paths, signal);
    await ensureBuilt({ isShown: false, signal });
    const taken = await pipeline.takeOver(readStack());
    const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
    onNotice(
      taken.done.length === 0
        ? `Built in ${seconds} s: nothing that runs has changed.`
        : `Taken over after ${seconds} s: ${taken.done.join(", ")}.`,
      taken.done.length === 0 ? "notice" : "takeover",
    );
    if (taken.needRestart.length > 0) onNotice(`Needs a restart: ${taken.needRestart.join("; ")}.`);
  } catch (error) {
    if (signal.aborted) return;
    onNotice(`Not taken over, the pipeline goes on as it was:\n${(error as Error).message}`, "refused");
  }
}

function nameSome(paths: readonly string[]): string {
  const others = paths.length - MAX_NAMED_PATHS;
  return `${paths.slice(0, MAX_NAMED_PATHS).join(", ")}${others > 0 ? ` and ${others} more` : ""}`;
}
