import type { CountName, FigureHistory, HopFigures } from "../figures.ts";
import type { FigureMetric, MeasuredHop } from "./figure-metrics.ts";
import { HISTORY_MINUTES, METRIC_DELAY_MINUTES, MINUTE_MS, REREAD_MINUTES } from "./limits.ts";
import { type CloudWatch, readMetrics } from "./metric-reader.ts";

interface Column {
  readonly hop: string;
  readonly source: FigureMetric;
  /** By minute. */
  readonly values: Map<number, number>;
}

/**
 * The figures of every hop by the minute, read from CloudWatch once a minute at most and only when somebody asks.
 * Counters count from an hour before the first look.
 */
export class EnvironmentFigures {
  readonly startedAtMs: number;
  readonly #cloudWatch: CloudWatch;
  readonly #hops: () => Promise<readonly MeasuredHop[]>;
  readonly #now: () => number;
  #measured: readonly MeasuredHop[] = [];
  #columns: readonly Column[] = [];
  /** The end of the last minute that was read. */
  #untilMs: number | undefined;
  #reading: Promise<void> | undefined;

  constructor(options: {
    readonly cloudWatch: CloudWatch;
    readonly hops: () => Promise<readonly MeasuredHop[]>;
    readonly now: () => number;
  }) {
    this.#cloudWatch = options.cloudWatch;
    this.#hops = options.hops;
    this.#now = options.now;
    this.startedAtMs = this.#end() - HISTORY_MINUTES * MINUTE_MS;
  }

  async hops(): Promise<readonly HopFigures[]> {
    await this.#refresh();
    return this.#figuresAt(this.#untilMs ?? this.startedAtMs);
  }

  async history(): Promise<FigureHistory> {
    await this.#refresh();
    const untilMs = this.#untilMs ?? this.startedAtMs;
    const times = Array.from(
      { length: HISTORY_MINUTES },
      (_, index) => untilMs - (HISTORY_MINUTES - 1 - index) * MINUTE_MS,
    );
    const hops: Record<string, Record<string, readonly (number | null)[]>> = {};
    for (const column of this.#columns) {
      const values = times.map((atMs) => valueAt(column, atMs) ?? null);
      if (values.some((value) => value !== 0)) (hops[column.hop] ??= {})[column.source.figure] = values;
    }
    return { stepMs: MINUTE_MS, times, hops };
  }

  /** The end of the last minute that CloudWatch has whole. */
  #end(): number {
    return (Math.floor(this.#now() / MINUTE_MS) - METRIC_DELAY_MINUTES) * MINUTE_MS;
  }

  async #refresh(): Promise<void> {
    if (this.#untilMs === this.#end()) return;
    this.#reading ??= this.#read(this.#end()).finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  async #read(toMs: number): Promise<void> {
    if (this.#untilMs === undefined) {
      this.#measured = await this.#hops();
      this.#columns = this.#measured.flatMap(({ name: hop, figures }) =>
        figures.map((source) => ({ hop, source, values: new Map<number, number>() })),
      );
    }
    const fromMs = this.#untilMs === undefined ? this.startedAtMs : this.#untilMs - REREAD_MINUTES * MINUTE_MS;
    const metrics = this.#columns.map(({ source }) => source.metric);
    const found = await readMetrics(this.#cloudWatch, metrics, { fromMs, toMs, periodSeconds: MINUTE_MS / 1_000 });
    for (const [index, { values }] of this.#columns.entries()) {
      for (const [atMs, value] of found[index] ?? []) values.set(atMs, value);
    }
    this.#untilMs = toMs;
  }

  #figuresAt(atMs: number): readonly HopFigures[] {
    return this.#measured.map(({ name, kind, unit }) => {
      const columns = this.#columns.filter(({ hop }) => hop === name);
      const of = (figure: string): number | undefined => {
        const column = columns.find(({ source }) => source.figure === figure);
        return column === undefined ? undefined : valueAt(column, atMs);
      };
      const counts: Partial<Record<CountName, number>> = {};
      for (const { source } of columns) {
        if (!isGauge(source) && source.figure !== "in" && source.figure !== "out") {
          counts[source.figure as CountName] = of(source.figure) ?? 0;
        }
      }
      const figures = { in: of("in"), out: of("out"), backlog: undefined, ageMs: of("ageMs") };
      return { name, kind, unit, ...figures, counts, exists: true };
    });
  }
}

const isGauge = ({ figure }: FigureMetric): boolean => figure === "ageMs";

/** A gauge has the value of the minute before, a counter the sum of all. */
function valueAt({ source, values }: Column, atMs: number): number | undefined {
  if (isGauge(source)) {
    const value = values.get(atMs - MINUTE_MS);
    return value === undefined ? undefined : value * (source.scale ?? 1);
  }
  let total = 0;
  for (const [minuteMs, value] of values) if (minuteMs < atMs) total += value;
  return total;
}
