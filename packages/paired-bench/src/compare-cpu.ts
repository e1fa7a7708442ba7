import { median } from "./median.ts";

/** How laps are run. */
export interface PairedOptions<N extends string> {
  /** The contestant that ratios are taken to. */
  readonly reference: N;
  /** Laps of each before any is measured. */
  readonly warmUps: number;
  /** Laps of each that are measured. */
  readonly rounds: number;
  /** Processor time used so far in microseconds. Default: that of this process, all its threads. */
  readonly cpuMicros?: (() => number) | undefined;
}

/** The result of a comparison. */
export interface Comparison<N extends string> {
  /** Median of a lap's processor time to that of the reference in the same round. */
  readonly ratios: Readonly<Record<N, number>>;
  /** Median of a lap's processor time, in microseconds. */
  readonly micros: Readonly<Record<N, number>>;
}

function processMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/**
 * Lets contestants take turns and compares the processor time of their laps. A lap does the same work each time.
 *
 * @example
 * const { ratios } = await compareCpu({ floor, ours }, { reference: "floor", warmUps: 5, rounds: 15 });
 */
export async function compareCpu<N extends string>(
  contestants: Readonly<Record<N, () => unknown>>,
  { reference, warmUps, rounds, cpuMicros = processMicros }: PairedOptions<NoInfer<N>>,
): Promise<Comparison<N>> {
  const names = Object.keys(contestants) as N[];
  const lap = async (name: N): Promise<number> => {
    (globalThis as { gc?: () => void }).gc?.();
    const before = cpuMicros();
    await contestants[name]();
    return cpuMicros() - before;
  };
  for (let warmUp = 0; warmUp < warmUps; warmUp += 1) for (const name of names) await lap(name);
  const measured: Record<N, number>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const laps = {} as Record<N, number>;
    for (let turn = 0; turn < names.length; turn += 1) {
      // The first of a round is not always the same.
      const name = names[(turn + round) % names.length];
      if (name !== undefined) laps[name] = await lap(name);
    }
    measured.push(laps);
  }
  const medians = (value: (laps: Record<N, number>, name: N) => number): Record<N, number> =>
    Object.fromEntries(names.map((name) => [name, median(measured.map((laps) => value(laps, name)))])) as Record<
      N,
      number
    >;
  return {
    ratios: medians((laps, name) => laps[name] / laps[reference]),
    micros: medians((laps, name) => laps[name]),
  };
}
