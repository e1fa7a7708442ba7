import type { CompiledPatterns } from "@millrace/event-pattern";
import type { KindName } from "@millrace/destinations/kinds";
import type { CompiledReshape } from "./reshape.ts";

/** All route documents of a deployment in the form the router loads; plain JSON. */
export interface CompiledRoutes {
  /** 3 where a destination's events are reshaped, which a router of before would deliver as they are; else 2. */
  readonly format: 2 | 3;
  /** Hash of the documents: metrics and deliveries carry it. */
  readonly version: string;
  /** Named `<application>/<route>`. */
  readonly patterns: CompiledPatterns;
  readonly routes: readonly CompiledRoute[];
  readonly destinations: readonly CompiledDestination[];
}

export interface CompiledRoute {
  /** `<application>/<route>`. */
  readonly id: string;
  /** Index in `destinations`. */
  readonly destination: number;
  /** Events whose sample point is below are delivered; absent: all. */
  readonly sample?: number;
  readonly keep?: readonly (readonly string[])[];
  readonly drop?: readonly (readonly string[])[];
}

/** A destination, shared by the routes that write to it. */
export interface CompiledDestination {
  readonly application: string;
  readonly kind: KindName;
  /** Unique among all destinations; without the prefix of the environment. */
  readonly name: string;
  /** Environment → ARN of another account's that takes its place there. */
  readonly arn?: Readonly<Record<string, string>>;
  /** Segments of the field that gives the partition key. */
  readonly partitionKey?: readonly string[];
  readonly ordering?: "none" | "per-key";
  readonly budgetMs?: number;
  /** Default 1. */
  readonly eventsPerRecord?: 1 | "many";
  /** True if it takes canary events. */
  readonly canaries?: boolean;
  /** The names its events get; absent: those of the enriched event. */
  readonly reshape?: CompiledReshape;
}
