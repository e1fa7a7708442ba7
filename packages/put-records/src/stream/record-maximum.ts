import { DescribeStreamSummaryCommand, type DescribeStreamSummaryCommandOutput } from "@aws-sdk/client-kinesis";
import { callWithTimeout, NobodyWaits, type PendingRequest } from "../wire/call-with-timeout.ts";
import type { Clock } from "../time/clock.ts";
import { DEFAULT_MAX_RECORD_BYTES, LARGEST_MAX_RECORD_BYTES } from "../limits.ts";
import type { StreamIdentity } from "./stream-identity.ts";
import type { KinesisSender } from "../types.ts";

const TIMEOUT_MS = 5000;

/** Time for which an answer, or a failure to get one, is used: the maximum can be changed at any time. */
const VALID_MS = 60_000;

/** The stream's own record maximum. The stream is asked only for a record that is larger than the default maximum. */
export class RecordMaximum {
  readonly #client: KinesisSender;
  readonly #stream: StreamIdentity;
  readonly #clock: Clock;
  #bytes = DEFAULT_MAX_RECORD_BYTES;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #request: PendingRequest | undefined;

  constructor(client: KinesisSender, stream: StreamIdentity, clock: Clock) {
    this.#client = client;
    this.#stream = stream;
    this.#clock = clock;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True if the stream may take a record of this size, and was not asked lately. */
  isUncertain(size: number): boolean {
    return size > this.#bytes && size <= LARGEST_MAX_RECORD_BYTES && this.#clock.now() - this.#askedAt >= VALID_MS;
  }

  /** Asks the stream with one request for all callers. Without permission to ask, the default maximum remains. */
  learn(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
      this.#request = undefined;
    });
    return this.#asking;
  }

  stopAsking(): void {
    this.#request?.abandon(new NobodyWaits());
  }

  async #ask(): Promise<void> {
    const command = new DescribeStreamSummaryCommand(this.#stream.input);
    this.#request = callWithTimeout((call) => this.#client.send(command, call), this.#clock, TIMEOUT_MS);
    try {
      const answer = (await this.#request.answer) as Partial<DescribeStreamSummaryCommandOutput> | undefined;
      const kibibytes = answer?.StreamDescriptionSummary?.MaxRecordSizeInKiB;
      if (kibibytes !== undefined) this.#bytes = kibibytes * 1024;
    } catch (error) {
      if (error instanceof NobodyWaits) return;
      // kinesis:DescribeStreamSummary may be missing from the role: the default is what such a role can rely on.
    }
    this.#askedAt = this.#clock.now();
  }
}
