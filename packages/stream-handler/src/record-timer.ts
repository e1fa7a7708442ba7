import type { Clock } from "@millrace/put-records";
import { RecordTimeError } from "./errors.ts";
import type { RecordTime } from "./types.ts";

/** Watches the time of the records of an invocation, one after the other. */
export class RecordTimer implements RecordTime {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #processUntil: number;
  #endsAt = 0;
  #isFirst = true;
  #error: RecordTimeError | undefined;

  constructor(clock: Clock, timeoutMs: number, processUntil: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#processUntil = processUntil;
  }

  /** Begins the time of the next record. */
  begin(now: number): void {
    this.#isFirst = this.#endsAt === 0;
    this.#endsAt = now + this.#timeoutMs;
    this.#error = undefined;
  }

  check(): void {
    const now = this.#clock.now();
    if (now < this.#endsAt && now < this.#processUntil) return;
    this.#error ??= new RecordTimeError(this.#timeoutMs);
    throw this.#error;
  }

  /**
   * True if an error means that the invocation, and not the record, had too little time: the next invocation begins
   * with the record, and gives it all there is.
   */
  isLeftToNext(error: unknown): boolean {
    return error !== undefined && error === this.#error && !this.#isFirst && this.#clock.now() < this.#endsAt;
  }
}
