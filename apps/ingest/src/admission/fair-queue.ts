import type { Clock } from "@millrace/put-records";
import {
  MAX_ACCEPTING_TURNS,
  MAX_QUEUE_MS,
  QUEUE_CHECK_MS,
  REQUEST_COST_BYTES,
  ROUND_CREDIT_BYTES,
  TURN_MS,
} from "../limits.ts";
import type { StreamWindow } from "./stream-window.ts";

/** A request whose body is there. */
interface Waiting {
  /** Bytes of its body, and those that any request costs. */
  readonly cost: number;
  readonly sinceMs: number;
  readonly run: () => void;
  readonly refuse: () => void;
}

/** About so many turns tell how often a lane has one. */
const TURNS_REMEMBERED = 8;

/** The waiting requests of one key. */
export class Lane {
  readonly waiting: Waiting[] = [];
  /** Cost that its next requests may have; see {@link FairQueue}. */
  credit = 0;
  #lastTurnMs = 0;
  #intervalMs = 0;

  /** How long a request that comes now would wait, as the latest turns of the lane tell; 0 for an empty lane. */
  get expectedWaitMs(): number {
    return this.waiting.length * this.#intervalMs;
  }

  /** A request has its turn; it waited since `sinceMs`, behind others or not. */
  noteTurn(sinceMs: number, nowMs: number): void {
    const intervalMs = nowMs - Math.max(this.#lastTurnMs, sinceMs);
    this.#intervalMs += (intervalMs - this.#intervalMs) / TURNS_REMEMBERED;
    this.#lastTurnMs = nowMs;
  }
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
 * stream has room. Each key gets the same credit in every round and is served while its credit pays for its first
 * request. So keys get the same bytes and not the same requests, and a key with one small request waits for one request
 * of each other key at most, however many they have. A request with none before it is read at once.
 *
 * libuv accepts one connection in each turn of the loop, so while there are new ones, turns have to be short: a
 * newcomer behind 150 others would else wait for 150 turns full of reading.
 * @see https://doi.org/10.1109/90.502236 Shreedhar and Varghese, Efficient fair queuing using deficit round-robin
 */
export class FairQueue {
  readonly #window: StreamWindow;
  readonly #clock: Clock;
  readonly #turnClock: TurnClock;
  /** Lanes that have somebody waiting, in the order of their turns. */
  readonly #lanes: Lane[] = [];
  #usedMs = 0;
  #isTurnScheduled = false;
  #hasNewConnection = false;
  #acceptingTurns = 0;
  #checkTimer: unknown;

  constructor(window: StreamWindow, clock: Clock, turnClock: TurnClock = loopClock) {
    this.#window = window;
    this.#clock = clock;
    this.#turnClock = turnClock;
  }

  /**
   * Runs `work` when it is the lane's turn.
   * @param bytes of the body
   * @param refusal makes the error for a request whose turn did not come in time
   */
  run<T>(lane: Lane, bytes: number, work: () => Promise<T>, refusal: () => Error): Promise<T> {
    if (this.#lanes.length === 0 && !this.#hasNewConnection && this.#isOpen()) return this.#measure(work);
    return new Promise<T>((resolve, reject) => {
      lane.waiting.push({
        cost: bytes + REQUEST_COST_BYTES,
        sinceMs: this.#clock.now(),
        run: () => void this.#measure(work).then(resolve, reject),
        refuse: () => reject(refusal()),
      });
      if (lane.waiting.length === 1) {
        lane.credit = 0;
        this.#lanes.push(lane);
      }
      this.#watch();
    });
  }

  /** A connection was accepted; there may be others behind it. */
  noteConnection(): void {
    this.#hasNewConnection = true;
    this.#scheduleTurn();
  }

  /** The stream has given some room back. */
  wake(): void {
    if (this.#lanes.length > 0) this.#scheduleTurn();
  }

  #isOpen(): boolean {
    return this.#usedMs < TURN_MS && this.#window.hasRoom;
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
      this.#acceptingTurns = this.#hasNewConnection ? this.#acceptingTurns + 1 : 0;
      this.#hasNewConnection = false;
      if (this.#acceptingTurns % (MAX_ACCEPTING_TURNS + 1) === 0) this.#takeTurn();
      else if (this.#lanes.length > 0) this.#scheduleTurn();
    });
  }

  #takeTurn(): void {
    const nowMs = this.#clock.now();
    for (let lane = this.#lanes[0]; lane !== undefined; lane = this.#lanes[0]) {
      const [first] = lane.waiting;
      if (first === undefined) {
        this.#lanes.shift();
      } else if (nowMs - first.sinceMs > MAX_QUEUE_MS) {
        lane.waiting.shift();
        first.refuse();
      } else if (!this.#isOpen()) {
        break;
      } else if (lane.credit < first.cost) {
        lane.credit += ROUND_CREDIT_BYTES;
        this.#lanes.shift();
        this.#lanes.push(lane);
      } else {
        lane.credit -= first.cost;
        lane.waiting.shift();
        lane.noteTurn(first.sinceMs, nowMs);
        first.run();
      }
    }
    if (this.#lanes.length > 0 && this.#window.hasRoom) this.#scheduleTurn();
  }

  /** While a request waits for a silent stream, a request that has waited too long has to be refused. */
  #watch(): void {
    this.#scheduleTurn();
    if (this.#checkTimer !== undefined) return;
    this.#checkTimer = this.#clock.setTimeout(() => {
      this.#checkTimer = undefined;
      this.#refuseLate();
      if (this.#lanes.length > 0) this.#watch();
    }, QUEUE_CHECK_MS);
  }

  #refuseLate(): void {
    const oldestMs = this.#clock.now() - MAX_QUEUE_MS;
    for (const lane of this.#lanes.splice(0)) {
      const inTime = lane.waiting.findIndex(({ sinceMs }) => sinceMs >= oldestMs);
      const late = lane.waiting.splice(0, inTime === -1 ? lane.waiting.length : inTime);
      if (lane.waiting.length > 0) this.#lanes.push(lane);
      for (const { refuse } of late) refuse();
    }
  }
}
