import { once } from "node:events";
import { type Logger, pino } from "pino";

/** A reader of the log that has stopped reading delays the end of the process by this much and no more. */
const CLOSE_LIMIT_MS = 3_000;

/** Log of the process on standard output. */
export interface Log {
  readonly logger: Logger;
  /**
   * Resolves when all lines are written, or after three seconds; later ones are dropped. pino writes in the background,
   * and what it writes at exit can overtake a line that is under way: call this before `process.exit`.
   */
  close(): Promise<void>;
}

/** @param base fields of every line */
export function openLog(level: string, base: Readonly<Record<string, string>>): Log {
  const destination = pino.destination(1);
  return {
    logger: pino({ level, base }, destination),
    close: async () => {
      const closed = once(destination, "close", { signal: AbortSignal.timeout(CLOSE_LIMIT_MS) });
      destination.end();
      // A limit that is reached is no reason to end in another way.
      await closed.catch(() => undefined);
    },
  };
}
