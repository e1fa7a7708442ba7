import type { Clock, PutRecord, PutRecords } from "@millrace/put-records";
import { REPLAY_BATCH_RECORDS, REPLAY_PAUSE_MS, REPLAY_TIMEOUT_MS } from "../limits.ts";
import type { Spool } from "./spool.ts";

export interface ReplayOptions {
  readonly spool: Spool;
  readonly stream: Pick<PutRecords, "send">;
  readonly clock: Clock;
  readonly onSent: (records: number) => void;
  /** Kinesis will never take these and they are set aside; somebody has to look. */
  readonly onRefused: (records: number) => void;
  readonly onError: (error: unknown) => void;
}

/** Sends what is on disk as soon as the stream takes it. Its attempts also tell the breaker when the stream is back. */
export class SpoolReplay {
  readonly #options: ReplayOptions;
  #isStopped = false;
  #timer: unknown;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#schedule();
  }

  /** Resolves when the batch under way has its answer; what is left on disk is sent by the next process. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#options.clock.clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#running = this.#replay()
        .catch(this.#options.onError)
        .finally(() => this.#schedule());
    }, REPLAY_PAUSE_MS);
  }

  async #replay(): Promise<void> {
    const { spool } = this.#options;
    for (let segment = await spool.takeOldest(); segment !== undefined; segment = await spool.takeOldest()) {
      const isSent = await this.#send(segment.records);
      if (!isSent) return;
      await segment.remove();
    }
  }

  /** False when the stream does not take all of them now. Those that it took are sent again then: sinks know them. */
  async #send(records: readonly PutRecord[]): Promise<boolean> {
    const { spool, stream, clock, onSent, onRefused } = this.#options;
    for (let start = 0; start < records.length; start += REPLAY_BATCH_RECORDS) {
      if (this.#isStopped) return false;
      const batch = records.slice(start, start + REPLAY_BATCH_RECORDS);
      const deadline = clock.now() + REPLAY_TIMEOUT_MS;
      const deliveries = await Promise.all(batch.map((record) => stream.send(record, { deadline })));
      const refused = batch.filter((_, index) => {
        const delivery = deliveries[index];
        return delivery?.status === "failed" && delivery.error.concerns === "record";
      });
      const sent = deliveries.filter(({ status }) => status === "delivered").length;
      onSent(sent);
      if (sent + refused.length < batch.length) return false;
      if (refused.length === 0) continue;
      await spool.setAside(refused);
      onRefused(refused.length);
    }
    return true;
  }
}
