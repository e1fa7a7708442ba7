import type { FigureHistory, HopFigures } from "@millrace/pipeline-source";

/** One sample every ten seconds tells a burst from a trend, and an hour of them is small. */
const STEP_MS = 10_000;
const KEPT_SAMPLES = 360;

interface Sample {
  readonly atMs: number;
  readonly hops: readonly HopFigures[];
}

/** The figures of the last hour. */
export class FigureRecorder {
  readonly #read: () => readonly HopFigures[];
  readonly #samples: Sample[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(read: () => readonly HopFigures[]) {
    this.#read = read;
    this.#timer = setInterval(() => this.sample(Date.now()), STEP_MS).unref();
  }

  sample(atMs: number): void {
    this.#samples.push({ atMs, hops: this.#read() });
    if (this.#samples.length > KEPT_SAMPLES) this.#samples.shift();
  }

  /** As columns: names are written once, and what never happened is not written at all. */
  history(): FigureHistory {
    const hops: Record<string, Record<string, number[]>> = {};
    for (const [row, { hops: figures }] of this.#samples.entries()) {
      for (const { name, in: taken, out, backlog, ageMs, counts } of figures) {
        const columns = (hops[name] ??= {});
        const values: Record<string, number | undefined> = { in: taken, out, backlog, ageMs, ...counts };
        for (const [figure, value] of Object.entries(values)) {
          if (value === undefined || value === 0) continue;
          const column = (columns[figure] ??= new Array<number>(this.#samples.length).fill(0));
          column[row] = value;
        }
      }
    }
    return { stepMs: STEP_MS, times: this.#samples.map(({ atMs }) => atMs), hops };
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
