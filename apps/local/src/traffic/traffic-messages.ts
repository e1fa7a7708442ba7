import type { ExpectedRoute } from "../report/expected-routes.ts";
import type { TrafficOutcomes } from "../report/sent-ledger.ts";

/** Settings of the traffic's process, as JSON in its only argument. */
export interface TrafficSettings {
  /** Base URL of the event service. */
  readonly url: string;
  readonly writeKey: string;
  /** Events a second, kept on average. */
  readonly rate: number;
  /** Events to send in all; null: until it is told to stop. */
  readonly limit: number | null;
  readonly seed: number;
  /** Most events in a request. */
  readonly eventsPerRequest: number;
  /** The routes from which it computes where its events belong. */
  readonly routes: readonly ExpectedRoute[];
}

/** Messages of the traffic's process. Its parent puts stray records, because their place in the stream matters. */
export type TrafficMessage =
  | { readonly kind: "outcomes"; readonly outcomes: TrafficOutcomes }
  | { readonly kind: "stray"; readonly name: string; readonly base64: string };

/** The order to stop: finish the requests under way, send no more. */
export type TrafficCommand = "stop";
