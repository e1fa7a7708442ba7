import {
  type FunctionFaultRates,
  InProcessFunction,
  type InProcessFunctionOptions,
  type InvokeOptions,
  type KinesisStreamEvent,
  MemoryObjectStore,
  type PutObjectOptions,
  type Random,
  type StoredObject,
  TooManyRequestsError,
} from "@millrace/aws-simulator";

/** Objects in memory, in buckets that can be made to take nothing more. */
export class BreakableObjectStore extends MemoryObjectStore {
  readonly #broken = new Set<string>();

  /** From now on puts below the prefix are refused, as without a right to it. */
  refuse(bucket: string, prefix: string): void {
    this.#broken.add(`${bucket}/${prefix}`);
  }

  /** Everything is taken again. */
  accept(): void {
    this.#broken.clear();
  }

  override async put(
    bucket: string,
    key: string,
    bytes: Uint8Array,
    options: PutObjectOptions = {},
  ): Promise<StoredObject> {
    if ([...this.#broken].some((place) => `${bucket}/${key}`.startsWith(place))) throw new Error("403 AccessDenied");
    return super.put(bucket, key, bytes, options);
  }
}

type Rates = { -readonly [Name in keyof FunctionFaultRates]: FunctionFaultRates[Name] };

/** A function whose faults change while it runs, and whose concurrency can be used up by others. */
export class BreakableFunction extends InProcessFunction<KinesisStreamEvent> {
  /** Those from the next invocation on. */
  readonly faults: Rates;
  /** Share of the invocations that Lambda refuses. */
  refusedShare = 0;
  readonly #drawRefusal: Random;

  constructor({
    refusals,
    ...options
  }: InProcessFunctionOptions<KinesisStreamEvent> & {
    readonly faults: FunctionFaultRates;
    /** Draws refusals. */
    readonly refusals: Random;
  }) {
    const faults = { ...options.faults };
    super({ ...options, faults });
    this.faults = faults;
    this.#drawRefusal = refusals;
  }

  override async invoke(event: KinesisStreamEvent, options: InvokeOptions = {}): Promise<unknown> {
    if (this.refusedShare > 0 && this.#drawRefusal() < this.refusedShare) {
      throw new TooManyRequestsError("Rate Exceeded: other functions use up the concurrency of the account.");
    }
    return super.invoke(event, options);
  }
}
