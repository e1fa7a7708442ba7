/** Something to run once over all sample records. */
export interface Candidate {
  readonly name: string;
  readonly run: () => unknown;
}

export interface Measurement {
  readonly name: string;
  /** Median over the rounds. */
  readonly eventsPerSecond: number;
  /** Median of the ratios to the first candidate, each within one round. */
  readonly ofFirst: number;
}

/**
 * Runs candidates in turn, round by round, so that whatever else the machine does hits them alike; ratios are taken within a
 * round.
 */
export async function measure(
  candidates: readonly Candidate[],
  options: { events: number; rounds: number; warmUps: number },
): Promise<Measurement[]> {
  const seconds = candidates.map((): number[] => []);
  for (let round = -options.warmUps; round < options.rounds; round++) {
    for (const [index, candidate] of candidates.entries()) {
      globalThis.gc?.();
      const started = process.hrtime.bigint();
      await candidate.run();
      const elapsed = Number(process.hrtime.bigint() - started) / 1e9;
      if (round >= 0) seconds[index]?.push(elapsed);
    }
  }
  const first = seconds[0] ?? [];
  return candidates.map(({ name }, index) => {
    const own = seconds[index] ?? [];
    return {
      name,
      eventsPerSecond: Math.round(options.events / median(own)),
      ofFirst: Number(median(own.map((each, round) => (first[round] ?? 0) / each)).toFixed(3)),
    };
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
