/**
 * Numbers that carry their unit in their type: handing retries to `parallelizationFactor`, or seconds to a field of
 * mebibytes, is a compile error. The AWS streaming solution shipped with exactly those two swapped.
 *
 * The constructors only name the unit; `schema.ts` checks the range and reports every fault at once.
 */

declare const unit: unique symbol;

/** A number whose unit the compiler knows. */
export type Unit<Name extends string> = number & { readonly [unit]: Name };

/** Attempts after the first one of an invocation. */
export type Retries = Unit<"retries">;
/** Concurrent invocations per shard. */
export type InvocationsPerShard = Unit<"invocations per shard">;
/** Records in one batch. */
export type Records = Unit<"records">;
/** Shards of a provisioned stream. */
export type Shards = Unit<"shards">;
/** Pods of a Deployment. */
export type Replicas = Unit<"replicas">;
/** Events in one HTTP request. */
export type Events = Unit<"events">;
/** Seconds. */
export type Seconds = Unit<"seconds">;
/** Hours. */
export type Hours = Unit<"hours">;
/** Days. */
export type Days = Unit<"days">;
/** Bytes. */
export type Bytes = Unit<"bytes">;
/** Units of 1,024 bytes. */
export type Kibibytes = Unit<"KiB">;
/** Units of 1,024 × 1,024 bytes. */
export type Mebibytes = Unit<"MiB">;
/** Thousandths of a CPU core. */
export type Millicores = Unit<"millicores">;
/** A TCP port. */
export type Port = Unit<"port">;
/** Whole per cent. */
export type Percent = Unit<"per cent">;

const of =
  <U extends Unit<string>>() =>
  (value: number): U =>
    value as U;

export const retries = of<Retries>();
export const invocationsPerShard = of<InvocationsPerShard>();
export const records = of<Records>();
export const shards = of<Shards>();
export const replicas = of<Replicas>();
export const events = of<Events>();
export const seconds = of<Seconds>();
export const hours = of<Hours>();
export const days = of<Days>();
export const bytes = of<Bytes>();
export const kibibytes = of<Kibibytes>();
export const mebibytes = of<Mebibytes>();
export const millicores = of<Millicores>();
export const port = of<Port>();
export const percent = of<Percent>();
