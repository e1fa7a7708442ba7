import type { OwnDestination } from "../destinations/destination-resource.ts";
import type { EnvironmentLookups } from "../inputs/lookup-objects.ts";
import type { RouteDestination } from "../inputs/route-destinations.ts";
import type { DeliveryStream } from "./delivery-stream.ts";
import type { EventStream } from "./event-stream.ts";
import type { LoaderWatch } from "./loader-watch.ts";
import type { PipelineFunction } from "./pipeline-function.ts";
import type { StreamMapping } from "./stream-mapping.ts";
import type { WebFirewall } from "./web-firewall.ts";

/** A function with the mapping that feeds it. */
export interface Hop {
  /** Of the service, as its metrics say it. */
  readonly name: string;
  readonly stage: string;
  readonly function: PipelineFunction;
  readonly mapping: StreamMapping;
}

/** A delivery stream with the id that its alarms carry, and the stream that it reads. */
export interface WatchedDelivery {
  readonly id: string;
  readonly delivery: DeliveryStream;
  readonly source: EventStream;
}

/** Both delivery streams. */
export type Deliveries = readonly [enriched: WatchedDelivery, badRows: WatchedDelivery];

/** A destination that another account owns, and watches. */
export interface ForeignDestination extends RouteDestination {
  readonly arn: string;
}

/** The function that sends the canary events, and the routes that they measure, `<application>/<route>`. */
export interface WatchedCanaries {
  readonly sender: Pick<Hop, "name" | "stage" | "function">;
  readonly routes: readonly string[];
}

/** Everything that is watched. */
export interface Watched {
  readonly raw: EventStream;
  readonly enriched: EventStream;
  readonly badRows: EventStream;
  readonly hops: readonly Hop[];
  /** The one of them that knows contracts. */
  readonly enrichment: Hop;
  readonly lookups: EnvironmentLookups;
  /** The one of them that writes to the destinations. */
  readonly router: Hop;
  readonly deliveries: Deliveries;
  readonly loader: LoaderWatch;
  readonly destinations: readonly OwnDestination[];
  readonly foreign: readonly ForeignDestination[];
  /** Absent where no canary events are sent. */
  readonly canaries: WatchedCanaries | undefined;
  /** Absent where the web ACL is not ours. */
  readonly firewall: WebFirewall | undefined;
}
