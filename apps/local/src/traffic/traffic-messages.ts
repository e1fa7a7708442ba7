import type { ExpectedRoute } from "../report/expected-routes.ts";
import type { TrafficOutcomes } from "../report/sent-ledger.ts";

/** What the traffic's process is started with, as JSON in its only argument. */
export interface TrafficSettings {
  /** Base URL of the event service. */
  readonly url: string;
  readonly writeKey: string;
  /** Events a second, kept on average. */
  readonly rate: number;
  /** Events to send in all; null: until it is told to stop. */
  readonly limit: number | null;
  readonly seed: number;
  /** The routes from which it computes where its events belong. */
  readonly routes: readonly ExpectedRoute[];
}

/** What the traffic's process tells. Its parent puts stray records, because their place in the stream matters. */
export type TrafficMessage =
  | { readonly kind: "outcomes"; readonly outcomes: TrafficOutcomes }
  | { readonly kind: "stray"; readonly name: string; readonly base64: string };

/** What it is told: answer what is under way, send no more. */
export type TrafficCommand = "stop";
