import { setTimeout } from "node:timers/promises";

/** Waits for a condition; throws when it is not met in time. */
export async function until(isMet: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await isMet())) {
    if (performance.now() > deadlineMs) throw new Error(`Not met within ${timeoutMs} ms: ${isMet.toString()}`);
    await setTimeout(5);
  }
}
