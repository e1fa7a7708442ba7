import type { Clock } from "../time/clock.ts";
import { createDeferred } from "./deferred.ts";

/** The reason given to a request that took too long. */
export class NoAnswerInTime extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
    this.name = "NoAnswerInTime";
  }
}

/** The reason given to a request whose answer is no longer of use. */
export class NobodyWaits extends Error {
  constructor() {
    super("nobody waits for the answer any more");
    this.name = "NobodyWaits";
  }
}

/**
 * A request that can be abandoned. `answer` settles then at the latest, even if the client ignores the signal.
 */
export interface PendingRequest {
  readonly answer: Promise<unknown>;
  abandon(reason: Error): void;
}

/** Makes a request and waits for its answer for at most `timeoutMs`. */
export function callWithTimeout(
  send: (options: { abortSignal: AbortSignal }) => Promise<unknown>,
  clock: Clock,
  timeoutMs: number,
): PendingRequest {
  const controller = new AbortController();
  // A promise of the client that never settles keeps alive all it references, so it must not reference `send` and its
  // records.
  const { promise, resolve, reject } = createDeferred<unknown>();
  const abandon = (reason: Error) => {
    clock.clearTimeout(timer);
    reject(reason);
    controller.abort(reason);
  };
  const timer = clock.setTimeout(() => abandon(new NoAnswerInTime(timeoutMs)), timeoutMs);
  const settle = <T>(finish: (value: T) => void) => {
    return (value: T) => {
      clock.clearTimeout(timer);
      finish(value);
    };
  };
  try {
    send({ abortSignal: controller.signal }).then(settle(resolve), settle(reject));
  } catch (error) {
    settle(reject)(error as Error);
  }
  return { answer: promise, abandon };
}
