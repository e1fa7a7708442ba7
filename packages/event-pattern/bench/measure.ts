/** How fast something went. */
export interface Speed {
  /** By the clock on the wall. */
  readonly eventsPerSecond: number;
  /** By the processor time of this process, all its threads: the rate of one core, independent of other load. */
  readonly eventsPerCpuSecond: number;
}

/** Runs `once` over the events for `rounds` rounds of `roundMs` after a warm-up, and gives the best round. */
export function measure<E>(events: readonly E[], once: (event: E) => unknown, roundMs = 1_000, rounds = 5): Speed {
  const warmUntil = performance.now() + roundMs / 2;
  do for (const event of events) once(event);
  while (performance.now() < warmUntil);
  let eventsPerSecond = 0;
  let eventsPerCpuSecond = 0;
  for (let round = 0; round < rounds; round += 1) {
    const cpu = process.cpuUsage();
    const started = performance.now();
    let done = 0;
    do {
      for (const event of events) {
        once(event);
        done += 1;
        if ((done & 0xff) === 0 && performance.now() - started > roundMs) break;
      }
    } while (performance.now() - started < roundMs);
    const seconds = (performance.now() - started) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    eventsPerSecond = Math.max(eventsPerSecond, Math.round(done / seconds));
    eventsPerCpuSecond = Math.max(eventsPerCpuSecond, Math.round((done / (user + system)) * 1e6));
  }
  return { eventsPerSecond, eventsPerCpuSecond };
}
