import type { Attack } from "./scenarios.ts";

/** The key that sends too much, and the keys of all other senders. */
export const greedyKey = "overload-greedy-5d1c";
export const otherKeys = ["overload-a-91e2", "overload-b-37f0", "overload-c-aa04"] as const;

/** Orders for a process of senders. */
export type SendersOrder = { readonly port: number; readonly seconds: number } & (
  | { readonly kind: "greedy"; readonly attack: Attack }
  | { readonly kind: "others" }
);

/** Answers by status; `none` are requests that ended without one. */
export interface SendersReport {
  readonly statuses: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
