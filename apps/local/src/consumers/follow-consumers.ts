import { unwatchFile, watch, watchFile } from "node:fs";
import type { LocalTopology } from "@millrace/topology";
import type { Pipeline } from "../runtime/pipeline.ts";
import { type Consumer, filesOf } from "./consumer-functions.ts";

export interface FollowConsumersOptions {
  readonly pipeline: Pipeline;
  readonly consumers: readonly Consumer[];
  /** Reads the definition with the code that the consumers have now. */
  readonly readStack: () => LocalTopology;
  readonly onNotice: (message: string) => void;
  readonly signal: AbortSignal;
}

/** An editor writes a file in several steps, and a build several files. */
const QUIET_MS = 300;
const FILE_INTERVAL_MS = 500;

/** Has the functions of consumers run their newest code: the next batch goes to a version that has shown to start. */
export function followConsumers({ pipeline, consumers, readStack, onNotice, signal }: FollowConsumersOptions): void {
  let timer: NodeJS.Timeout | undefined;

  async function takeOver(): Promise<void> {
    try {
      const { done } = await pipeline.takeOver(readStack());
      if (done.length > 0) onNotice(`Taken over: ${done.join(", ")}.`);
    } catch (error) {
      if (!signal.aborted) onNotice(`Not taken over, the consumer goes on as it was: ${(error as Error).message}`);
    }
  }

  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void takeOver(), QUIET_MS);
  };
  for (const consumer of consumers) {
    if ("folder" in consumer) {
      const { folder } = consumer;
      const watcher = watch(folder, { recursive: true, persistent: false, signal }, soon);
      watcher.on("error", (error) => onNotice(`Changes of ${folder} are no longer noticed: ${error.message}.`));
      continue;
    }
    // A synth may delete the folder and make another: files are asked for by name.
    for (const file of filesOf(consumer)) {
      watchFile(file, { persistent: false, interval: FILE_INTERVAL_MS }, soon);
      signal.addEventListener("abort", () => unwatchFile(file, soon), { once: true });
    }
  }
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
}
