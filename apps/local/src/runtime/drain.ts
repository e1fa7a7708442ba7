/** A part of the pipeline that holds work between the moment it took it and the moment it passed it on. */
export interface Drainable {
  /** True when everything that reached the part has left it. */
  isQuiet(): boolean;
  /** Changes whenever the part does something: how far it has come. */
  progress(): number;
}

const POLL_INTERVAL_MS = 50;
/** Quiet in a row before it counts: work can be between two parts at the moment of a look. */
const QUIET_LOOKS = 6;

/**
 * Resolves to true once every part is quiet, or to false when nothing has moved for `patienceMs`. A part that starves
 * (its upstream was never wired) is quiet at once and does not hold up other parts.
 */
export async function waitUntilQuiet(parts: readonly Drainable[], patienceMs: number): Promise<boolean> {
  let looks = 0;
  let lastProgress = -1;
  let lastMovedAt = Date.now();
  for (;;) {
    const progress = parts.reduce((sum, part) => sum + part.progress(), 0);
    if (progress !== lastProgress) {
      lastProgress = progress;
      lastMovedAt = Date.now();
      looks = 0;
    }
    looks = parts.every((part) => part.isQuiet()) ? looks + 1 : 0;
    if (looks >= QUIET_LOOKS) return true;
    if (Date.now() - lastMovedAt > patienceMs) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}
