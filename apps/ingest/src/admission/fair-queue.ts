import type { Clock } from "@millrace/put-records";
import { maxQueueMs, queueCheckMs, turnMs } from "../limits.ts";
import type { StreamWindow } from "./stream-window.ts";

/** A request whose body is there. */
interface Waiting {
  readonly sinceMs: number;
  readonly run: () => void;
  readonly refuse: () => void;
}

/** The waiting requests of one key. */
export class Lane {
  readonly waiting: Waiting[] = [];
}

/** How time is taken and given back; passed in for tests. */
export interface TurnClock {
  /** Milliseconds with fractions, from any start. */
  readonly elapsedMs: () => number;
  /** Runs the callback after the event loop has looked at its sockets. */
  readonly defer: (callback: () => void) => void;
}

export const loopClock: TurnClock = {
  elapsedMs: () => performance.now(),
  defer: (callback) => void setImmediate(callback),
};

/**
 * Lets requests be read one key after the other, for some milliseconds in each turn of the event loop and while the
 * stream has room. So a key with one small request waits for one request of each other key at most, however many they
 * have. A request that nobody stands before is read at once.
 */
export class FairQueue {
  readonly #window: StreamWindow;
  readonly #clock: Clock;
  readonly #turnClock: TurnClock;
  /** Lanes that have somebody waiting, in the order of their turns. */
  readonly #lanes: Lane[] = [];
  #usedMs = 0;
  #isTurnScheduled = false;
  #checkTimer: unknown;

  constructor(window: StreamWindow, clock: Clock, turnClock: TurnClock = loopClock) {
    this.#window = window;
    this.#clock = clock;
    this.#turnClock = turnClock;
  }

  /**
   * Runs `work` when it is the lane's turn.
   * @param refusal makes the error for a request whose turn did not come in time
   */
  run<T>(lane: Lane, work: () => Promise<T>, refusal: () => Error): Promise<T> {
    if (this.#lanes.length === 0 && this.#isOpen()) return this.#measure(work);
    return new Promise<T>((resolve, reject) => {
      lane.waiting.push({
        sinceMs: this.#clock.now(),
        run: () => void this.#measure(work).then(resolve, reject),
        refuse: () => reject(refusal()),
      });
      if (lane.waiting.length === 1) this.#lanes.push(lane);
      this.#watch();
    });
  }

  /** The stream has given some room back. */
  wake(): void {
    if (this.#lanes.length > 0) this.#scheduleTurn();
  }

  #isOpen(): boolean {
    return this.#usedMs < turnMs && this.#window.hasRoom;
  }

  #measure<T>(work: () => Promise<T>): Promise<T> {
    const startedMs = this.#turnClock.elapsedMs();
    const working = work();
    this.#usedMs += this.#turnClock.elapsedMs() - startedMs;
    this.#scheduleTurn();
    return working;
  }

  #scheduleTurn(): void {
    if (this.#isTurnScheduled) return;
    this.#isTurnScheduled = true;
    this.#turnClock.defer(() => {
      this.#isTurnScheduled = false;
      this.#usedMs = 0;
      this.#takeTurn();
    });
  }

  #takeTurn(): void {
    const nowMs = this.#clock.now();
    for (let lane = this.#lanes[0]; lane !== undefined; lane = this.#lanes[0]) {
      const [first] = lane.waiting;
      const isLate = first !== undefined && nowMs - first.sinceMs > maxQueueMs;
      if (!isLate && !this.#isOpen()) break;
      this.#lanes.shift();
      lane.waiting.shift();
      if (lane.waiting.length > 0) this.#lanes.push(lane);
      if (isLate) first.refuse();
      else first?.run();
    }
    if (this.#lanes.length > 0 && this.#window.hasRoom) this.#scheduleTurn();
  }

  /** While somebody waits for a stream that says nothing, those who wait too long have to be told. */
  #watch(): void {
    this.#scheduleTurn();
    if (this.#checkTimer !== undefined) return;
    this.#checkTimer = this.#clock.setTimeout(() => {
      this.#checkTimer = undefined;
      this.#refuseLate();
      if (this.#lanes.length > 0) this.#watch();
    }, queueCheckMs);
  }

  #refuseLate(): void {
    const oldestMs = this.#clock.now() - maxQueueMs;
    for (const lane of this.#lanes.splice(0)) {
      const inTime = lane.waiting.findIndex(({ sinceMs }) => sinceMs >= oldestMs);
      const late = lane.waiting.splice(0, inTime === -1 ? lane.waiting.length : inTime);
      if (lane.waiting.length > 0) this.#lanes.push(lane);
      for (const { refuse } of late) refuse();
    }
  }
}
