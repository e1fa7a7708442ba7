import type { Clock } from "@millrace/put-records";
import { FROZEN_TIMEOUTS, JITTER_SHARE, RETRY_MS } from "./limits.ts";

/** Value of a secret at one time. */
export interface SecretVersion {
  readonly text: string;
  /** Differs when the text does. */
  readonly versionId: string;
}

/** How a read ended: `refused` is a version that could be read and not used. */
export type SecretRead =
  | { readonly outcome: "changed" | "unchanged" }
  | { readonly outcome: "failed" | "refused"; readonly error: unknown };

export interface RotatingSecretOptions<Value> {
  /** Reads the current version; rejects when there is none to be had. */
  readonly read: (signal: AbortSignal) => Promise<SecretVersion>;
  /** Makes the value of a version. @throws what says what is wrong with the text, and does not quote it */
  readonly parse: (text: string) => Value;
  /** A value older than this is read again. */
  readonly maxAgeMs: number;
  /** The longest that one read may take. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Gets the outcome of every read: for metrics and the log. */
  readonly onRead?: (read: SecretRead) => void;
}

/**
 * A secret in use, read again while it is in use. Whatever goes wrong with a later version, the value before it stays
 * in force and `onRead` is told.
 */
export class RotatingSecret<Value> {
  readonly #options: RotatingSecretOptions<Value>;
  #value: { readonly content: Value; readonly versionId: string } | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #nextReadAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(options: RotatingSecretOptions<Value>) {
    this.#options = options;
  }

  /** The value in force; `undefined` until a first version could be read and used. */
  get current(): Value | undefined {
    return this.#value?.content;
  }

  /** When the value in force was last known to be the current one, epoch ms; `-Infinity` before the first read. */
  get confirmedAt(): number {
    return this.#readAt;
  }

  /** Reads the secret once. Joins a read that is under way. Never rejects. */
  refresh(): Promise<void> {
    this.#reading ??= this.#refresh().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Returns the value in force at once. Begins a read in the background when one is due. */
  peek(): Value | undefined {
    const { clock } = this.#options;
    if (clock.now() >= this.#nextReadAt) void this.refresh();
    return this.current;
  }

  /**
   * The value for a piece of work. Once there is one, it comes at once, and when it is old a read begins that the work
   * does not wait for. Before, waits for the first one for at most `waitMs`; `undefined` when that was not enough.
   */
  async take(waitMs: number): Promise<Value | undefined> {
    const { clock } = this.#options;
    if (this.#value !== undefined) return this.peek();
    const deadline = clock.now() + waitMs;
    for (let delayMs: number = RETRY_MS.min; ; delayMs = Math.min(RETRY_MS.max, delayMs * 2)) {
      await this.#within(deadline, this.refresh());
      if (this.current !== undefined) return this.current;
      const leftMs = deadline - clock.now();
      if (leftMs <= 0) return undefined;
      await this.#sleep(Math.min(leftMs, this.#jittered(delayMs)));
    }
  }

  /** Reads the secret whenever its value is due, until the function that it returns is called. */
  watch(): () => void {
    const { clock } = this.#options;
    let timer: unknown;
    let isStopped = false;
    const schedule = (): void => {
      if (isStopped) return;
      timer = clock.setTimeout(
        () => void this.refresh().then(schedule),
        Math.max(RETRY_MS.min, this.#nextReadAt - clock.now()),
      );
    };
    schedule();
    return () => {
      isStopped = true;
      clock.clearTimeout(timer);
    };
  }

  async #refresh(): Promise<void> {
    const { clock, maxAgeMs, timeoutMs } = this.#options;
    for (;;) {
      const startedAt = clock.now();
      const read = await this.#readOnce();
      const now = clock.now();
      if (read.outcome === "failed" && now - startedAt > timeoutMs * FROZEN_TIMEOUTS) continue;
      const isUsed = read.outcome !== "failed" && read.outcome !== "refused";
      if (isUsed) this.#readAt = now;
      this.#nextReadAt = now + this.#jittered(isUsed ? maxAgeMs : Math.min(maxAgeMs, RETRY_MS.max));
      this.#options.onRead?.(read);
      return;
    }
  }

  async #readOnce(): Promise<SecretRead> {
    const { clock, timeoutMs } = this.#options;
    const controller = new AbortController();
    const timer = clock.setTimeout(() => controller.abort(), timeoutMs);
    let version: SecretVersion;
    try {
      version = await this.#options.read(controller.signal);
    } catch (error) {
      return { outcome: "failed", error };
    } finally {
      clock.clearTimeout(timer);
    }
    if (version.versionId === this.#value?.versionId) return { outcome: "unchanged" };
    try {
      this.#value = { content: this.#options.parse(version.text), versionId: version.versionId };
      return { outcome: "changed" };
    } catch (error) {
      return { outcome: "refused", error };
    }
  }

  /** Less than `ms`, never more: an age is a promise. */
  #jittered(ms: number): number {
    return ms * (1 - JITTER_SHARE * this.#options.random());
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#options.clock.setTimeout(resolve, ms));
  }

  async #within(deadline: number, work: Promise<void>): Promise<void> {
    const { clock } = this.#options;
    let timer: unknown;
    const outOfTime = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, Math.max(0, deadline - clock.now()));
    });
    await Promise.race([work, outOfTime]);
    clock.clearTimeout(timer);
  }
}
