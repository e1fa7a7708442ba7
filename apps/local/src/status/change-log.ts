import type { Change, ChangeKind } from "@millrace/pipeline-source";

const KEPT_CHANGES = 500;

/** Changes of the pipeline: starts, takeovers, alarms, and whatever else was told. */
export class ChangeLog {
  readonly #changes: Change[] = [];
  #count = 0;

  add(kind: ChangeKind, text: string, atMs = Date.now()): void {
    this.#count += 1;
    this.#changes.push({ number: this.#count, atMs, kind, text });
    if (this.#changes.length > KEPT_CHANGES) this.#changes.shift();
  }

  /** Oldest first. */
  all(): readonly Change[] {
    return this.#changes;
  }
}
