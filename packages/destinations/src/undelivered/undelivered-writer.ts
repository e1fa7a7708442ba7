import type { Clock, PutOptions, PutRecord } from "@millrace/put-records";
import type { OutputDelivery, OutputWriter } from "@millrace/stream-handler";
import type { Logger } from "@millrace/telemetry";
import { gzipSync } from "node:zlib";
import {
  UNDELIVERED_ATTEMPT_MS,
  UNDELIVERED_LONGEST_WAIT_MS,
  UNDELIVERED_WAIT_MS,
  MAX_UNDELIVERED_OBJECT_BYTES,
} from "../limits.ts";
import {
  DestinationDeniedError,
  type DestinationError,
  DestinationOutcomeUnknownError,
  ObjectRefusedError,
} from "../errors.ts";

/** Where objects of undelivered events are put. */
export interface UndeliveredStore {
  /**
   * Stores an object whole or not at all; the same key again replaces it.
   * @throws ObjectRefusedError when asking again will not help; any other error is taken for one that may pass.
   */
  put(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
}

export interface UndeliveredWriterOptions {
  readonly store: UndeliveredStore;
  /** `<application>/<stream>`: first part of every key. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Told of objects that could not be stored: their records come again. */
  readonly logger: Logger;
}

interface Waiting {
  readonly data: Uint8Array;
  readonly deadline: number;
  readonly resolve: (delivery: OutputDelivery) => void;
}

/** Gathers the undelivered events that come in one go, one by one, and stores them as one gzipped NDJSON object. */
export class UndeliveredWriter implements OutputWriter {
  readonly #options: UndeliveredWriterOptions;
  #waiting: Waiting[] = [];

  constructor(options: UndeliveredWriterOptions) {
    this.#options = options;
  }

  put(
    records: readonly PutRecord[],
    { deadline = Number.POSITIVE_INFINITY }: PutOptions = {},
  ): Promise<OutputDelivery[]> {
    // A batch's failures are diverted one after the other before anything else runs.
    if (this.#waiting.length === 0) queueMicrotask(() => this.#storeAll());
    return Promise.all(
      records.map(
        ({ data }) => new Promise<OutputDelivery>((resolve) => void this.#waiting.push({ data, deadline, resolve })),
      ),
    );
  }

  #storeAll(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    let group: Waiting[] = [];
    let bytes = 0;
    for (const row of waiting) {
      if (group.length > 0 && bytes + row.data.length > MAX_UNDELIVERED_OBJECT_BYTES) {
        void this.#store(group);
        group = [];
        bytes = 0;
      }
      group.push(row);
      bytes += row.data.length;
    }
    void this.#store(group);
  }

  async #store(rows: readonly Waiting[]): Promise<void> {
    const key = this.#key();
    const body = gzipSync(Buffer.concat(rows.map(({ data }) => data)));
    const delivery = await this.#putUntil(Math.min(...rows.map(({ deadline }) => deadline)), key, body);
    if (delivery.status === "failed") {
      const { folder: destination, logger } = this.#options;
      const { attempts, error } = delivery;
      logger.error("Undelivered events were not stored", { destination, count: rows.length, attempts, error });
    }
    for (const { resolve } of rows) resolve(delivery);
  }

  async #putUntil(deadline: number, key: string, body: Uint8Array): Promise<OutputDelivery> {
    const { clock, random } = this.#options;
    for (let attempts = 1; ; attempts += 1) {
      const fault = await this.#attempt(deadline, key, body);
      // A repeated put replaces the object, so no attempt can make a second one.
      const isAmbiguous = false;
      if (fault === undefined) return { status: "delivered", attempts, isAmbiguous };
      const longest = Math.min(UNDELIVERED_LONGEST_WAIT_MS, UNDELIVERED_WAIT_MS * 2 ** (attempts - 1));
      const waitMs = Math.ceil(random() * longest);
      if (fault instanceof DestinationDeniedError || clock.now() + waitMs >= deadline) {
        return { status: "failed", reason: "unknown", attempts, isAmbiguous, error: fault };
      }
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, waitMs));
    }
  }

  async #attempt(deadline: number, key: string, body: Uint8Array): Promise<DestinationError | undefined> {
    const { clock, store } = this.#options;
    const controller = new AbortController();
    const timer = clock.setTimeout(
      () => controller.abort(),
      Math.max(0, Math.min(UNDELIVERED_ATTEMPT_MS, deadline - clock.now())),
    );
    try {
      await store.put(key, body, controller.signal);
      return undefined;
    } catch (cause) {
      const message = `Undelivered events were not stored as ${key}`;
      return cause instanceof ObjectRefusedError
        ? new DestinationDeniedError(message, { cause })
        : new DestinationOutcomeUnknownError(message, { cause });
    } finally {
      clock.clearTimeout(timer);
    }
  }

  /** In folders by the hour, as Firehose makes them; the random end keeps two environments apart. */
  #key(): string {
    const { clock, folder, random } = this.#options;
    const at = new Date(clock.now()).toISOString();
    const unique = Array.from({ length: 4 }, () =>
      Math.floor(random() * 0x1_0000)
        .toString(16)
        .padStart(4, "0"),
    );
    return `${folder}/date=${at.slice(0, 10)}/hour=${at.slice(11, 13)}/${at.slice(14, 19).replace(":", "-")}-${unique.join("")}.json.gz`;
  }
}
