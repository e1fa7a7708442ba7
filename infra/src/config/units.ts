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
/** Ranges of the hash space whose events share records. */
export type Lanes = Unit<"lanes">;
/** Shards of a provisioned stream. */
export type Shards = Unit<"shards">;
/** Pods of a Deployment. */
export type Replicas = Unit<"replicas">;
/** HTTP requests. */
export type Requests = Unit<"requests">;
/** Invocations at the same time. */
export type Invocations = Unit<"invocations">;
/** Events in one HTTP request. */
export type Events = Unit<"events">;
/** Milliseconds. */
export type Milliseconds = Unit<"ms">;
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
/** HTTP proxies one behind the other. */
export type Proxies = Unit<"proxies">;
/** Whole per cent. */
export type Percent = Unit<"per cent">;

/** One cast in one place: the compiler takes the unit from the constructor's declared type. */
const of = (value: number): never => value as never;

export const retries: (value: number) => Retries = of;
export const invocationsPerShard: (value: number) => InvocationsPerShard = of;
export const records: (value: number) => Records = of;
export const lanes: (value: number) => Lanes = of;
export const shards: (value: number) => Shards = of;
export const replicas: (value: number) => Replicas = of;
export const requests: (value: number) => Requests = of;
export const invocations: (value: number) => Invocations = of;
export const events: (value: number) => Events = of;
export const milliseconds: (value: number) => Milliseconds = of;
export const seconds: (value: number) => Seconds = of;
export const hours: (value: number) => Hours = of;
export const days: (value: number) => Days = of;
export const bytes: (value: number) => Bytes = of;
export const kibibytes: (value: number) => Kibibytes = of;
export const mebibytes: (value: number) => Mebibytes = of;
export const millicores: (value: number) => Millicores = of;
export const port: (value: number) => Port = of;
export const proxies: (value: number) => Proxies = of;
export const percent: (value: number) => Percent = of;
