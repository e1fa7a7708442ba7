import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Clock } from "@millrace/put-records";
import {
  MAX_PREVIEW_MS,
  MAX_WAITING_PREVIEWS,
  PREVIEW_HEAP_MIB,
  PREVIEW_IDLE_MS,
  retryAfterSeconds,
} from "../limits.ts";
import { IngestError } from "../problems.ts";
import type { ExplainedRoute } from "./explain-routes.ts";

/** The fate of a raw event behind the service. */
export type PreviewedLine =
  /** The enriched event as JSON text, and what each route does with it. */
  | { readonly enriched: string; readonly routes: readonly ExplainedRoute[] }
  /** The event becomes a bad row. */
  | { readonly failure: { readonly kind: string; readonly message: string } };

/** Place of the built functions, and the stage whose settings hold. */
export interface PreviewPlace {
  readonly folder: string;
  readonly stage: string;
}

/** A message to the worker; its answer has the same id. */
export interface PreviewOrder {
  readonly id: number;
  readonly lines: readonly string[];
}

interface PreviewAnswer {
  readonly id: number;
  readonly previewed: readonly PreviewedLine[];
}

/** Says what enrichment and router would do with raw events. */
export interface Previewer {
  /** One result a line, in order. @throws IngestError `preview-unavailable`, `overloaded` */
  preview(lines: readonly string[]): Promise<readonly PreviewedLine[]>;
}

/** A service that was built without the functions. */
export const noPreviewer: Previewer = {
  preview: () => Promise.reject(new IngestError("preview-unavailable", "The service was built without the functions.")),
};

/** The functions of a folder, or none where it has not been built. */
export function findPreviewer(place: PreviewPlace, clock: Clock): Previewer {
  return existsSync(join(place.folder, "worker.mjs")) ? new WorkerPreviewer(place, clock) : noPreviewer;
}

interface Waiting {
  readonly resolve: (previewed: readonly PreviewedLine[]) => void;
  readonly reject: (error: Error) => void;
  readonly timer: unknown;
}

/**
 * Runs the built functions in a thread of their own: neither the start of the service nor its event loop pays for them.
 * The thread begins with the first dry run, and ends after a while without any.
 */
class WorkerPreviewer implements Previewer {
  readonly #place: PreviewPlace;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #idleTimer: unknown;
  #lastId = 0;

  constructor(place: PreviewPlace, clock: Clock) {
    this.#place = place;
    this.#clock = clock;
  }

  preview(lines: readonly string[]): Promise<readonly PreviewedLine[]> {
    if (this.#waiting.size >= MAX_WAITING_PREVIEWS) return Promise.reject(overloaded("too many dry runs wait"));
    this.#clock.clearTimeout(this.#idleTimer);
    this.#worker ??= this.#start();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => this.#stop(overloaded("it takes too long")), MAX_PREVIEW_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#worker?.postMessage({ id, lines } satisfies PreviewOrder);
    });
  }

  #start(): Worker {
    const worker = new Worker(join(this.#place.folder, "worker.mjs"), {
      workerData: this.#place,
      // Nothing of the service's own: no credentials, no keys.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: PREVIEW_HEAP_MIB },
    });
    worker.unref();
    worker.on("message", ({ id, previewed }: PreviewAnswer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      this.#clock.clearTimeout(waiting?.timer);
      waiting?.resolve(previewed);
      if (this.#waiting.size === 0) this.#idleTimer = this.#clock.setTimeout(() => this.#stop(), PREVIEW_IDLE_MS);
    });
    worker.on("error", (error: Error) => {
      if (this.#worker === worker) this.#stop(error);
    });
    return worker;
  }

  /** Ends the thread, and what waits for it with the error; the next dry run begins another one. */
  #stop(error: Error = overloaded("the functions ended")): void {
    this.#clock.clearTimeout(this.#idleTimer);
    void this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject, timer } of this.#waiting.values()) {
      this.#clock.clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
  }
}

function overloaded(why: string): IngestError {
  const facts = { retryAfterSeconds: retryAfterSeconds.max };
  return new IngestError("overloaded", `The dry run was given up: ${why}. Send fewer events, or later.`, facts);
}
