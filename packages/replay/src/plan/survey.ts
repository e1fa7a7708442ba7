import type { Store, StoredEvent } from "@millrace/stored-events";
import type { PartEntry } from "../ledger/ledger.ts";
import { SAMPLES } from "../limits.ts";
import type { Selection } from "../selection.ts";
import type { Target } from "../targets/target.ts";

/** The events of a replay, counted. */
export interface Survey {
  readonly seen: number;
  readonly selected: number;
  readonly put: number;
  /** About as many as would be put. */
  readonly bytes: number;
  readonly parts: number;
  readonly skipped: ReadonlyMap<string, number>;
  /** Selected events by a fact: `type`, `status`, `build`, `kind`. */
  readonly by: Readonly<Record<"type" | "status" | "build" | "kind", ReadonlyMap<string, number>>>;
  /** A range that has the selected ones, epoch milliseconds: to the hour where only that is known. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  readonly samples: readonly Sample[];
}

/** An event by its place and attributes; never its data, which may be in clear. */
export interface Sample {
  readonly place: string;
  readonly id: string | undefined;
  readonly source: string | undefined;
  readonly type: string | undefined;
  readonly at: string;
}

export interface SurveyOptions {
  readonly store: Store;
  readonly selection: Selection;
  readonly parts: readonly PartEntry[];
  readonly isSelected: (event: StoredEvent) => boolean;
  readonly target: Pick<Target, "weigh">;
  readonly onProgress?: ((seen: number, selected: number) => void) | undefined;
}

/** Reads everything that a replay would read, and writes nothing. */
export async function survey(options: SurveyOptions): Promise<Survey> {
  const { store, selection, parts } = options;
  const count = new Count(options);
  const read = async ({ id }: PartEntry): Promise<void> => {
    for await (const batch of store.part(id, selection).read()) {
      for (const event of batch) count.add(event);
      options.onProgress?.(count.seen, count.selected);
    }
  };
  if (store.isSideBySide) await Promise.all(parts.map(read));
  else for (const part of parts) await read(part);
  return { ...count.result(), parts: parts.length };
}

class Count {
  seen = 0;
  selected = 0;
  readonly #options: SurveyOptions;
  readonly #skipped = new Map<string, number>();
  readonly #by = {
    type: new Map<string, number>(),
    status: new Map<string, number>(),
    build: new Map<string, number>(),
    kind: new Map<string, number>(),
  };
  readonly #samples: Sample[] = [];
  #put = 0;
  #bytes = 0;
  #firstMs: number | undefined;
  #lastMs: number | undefined;

  constructor(options: SurveyOptions) {
    this.#options = options;
  }

  add(event: StoredEvent): void {
    this.seen += 1;
    if (!this.#options.isSelected(event)) return;
    this.selected += 1;
    const { facts, place, content } = event;
    increase(this.#by.type, facts.type);
    increase(this.#by.status, facts.status);
    increase(this.#by.build, facts.stamp.enrichment);
    increase(this.#by.kind, content.badRow?.kind);
    this.#firstMs = Math.min(this.#firstMs ?? place.atMs, place.atMs);
    const endMs = place.atMs + (place.spanMs ?? 0);
    this.#lastMs = Math.max(this.#lastMs ?? endMs, endMs);
    const bytes = this.#options.target.weigh(event);
    if (typeof bytes === "string") {
      const closed = content.badRow?.closed;
      increase(this.#skipped, closed === undefined ? bytes : `${bytes}: ${closed}`);
      return;
    }
    this.#put += 1;
    this.#bytes += bytes;
    if (this.#samples.length < SAMPLES) {
      const { id, source, type } = facts;
      const at = new Date(place.atMs).toISOString();
      this.#samples.push({ place: `${place.container} ${place.position}`, id, source, type, at });
    }
  }

  result(): Omit<Survey, "parts"> {
    return {
      seen: this.seen,
      selected: this.selected,
      put: this.#put,
      bytes: this.#bytes,
      skipped: this.#skipped,
      by: this.#by,
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      samples: this.#samples,
    };
  }
}

function increase(counts: Map<string, number>, key: string | undefined): void {
  if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
}
