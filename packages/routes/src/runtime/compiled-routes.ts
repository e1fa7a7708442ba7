import type { CompiledPatterns } from "@millrace/event-pattern";

/** All route documents of a deployment in the form the router loads; plain JSON. */
export interface CompiledRoutes {
  readonly format: 1;
  /** Hash of the documents: metrics and deliveries carry it. */
  readonly version: string;
  /** Named `<application>/<route>`. */
  readonly patterns: CompiledPatterns;
  readonly routes: readonly CompiledRoute[];
  readonly streams: readonly CompiledStream[];
}

export interface CompiledRoute {
  /** `<application>/<route>`. */
  readonly id: string;
  /** Index in `streams`. */
  readonly stream: number;
  /** Events whose sample point is below are delivered; absent: all. */
  readonly sample?: number;
  readonly keep?: readonly (readonly string[])[];
  readonly drop?: readonly (readonly string[])[];
}

/** A destination, shared by the routes that write to it. */
export interface CompiledStream {
  readonly application: string;
  readonly stream: string;
  /** Environment → ARN of another account's stream. */
  readonly arn?: Readonly<Record<string, string>>;
  /** Segments of the field that gives the partition key. */
  readonly partitionKey?: readonly string[];
  readonly ordering?: "none" | "per-key";
  readonly budgetMs?: number;
  /** Default 1. */
  readonly eventsPerRecord?: 1 | "many";
}
