import type { DestinationProperty } from "@millrace/destinations/kinds";
import type { EventPattern } from "@millrace/event-pattern";
import type { ConstantValue } from "../runtime/reshape.ts";

/** One file of `schemas/routes`: what one application wants of the enriched stream. */
export interface RouteDocument {
  readonly $schema?: string;
  /** Also the name of the file, without `.json`. */
  readonly application: string;
  /** The team that answers for it; alarms name it. */
  readonly owner: string;
  readonly description?: string;
  /**
   * Classes of sensitive fields that the application's destinations may hold as they were sent; see `x-privacy` of
   * contracts.
   */
  readonly clearance?: readonly string[];
  /** May be empty while a former destination is still there. */
  readonly routes: readonly Route[];
  /** Destinations without a route, each kept until it is retired. */
  readonly formerDestinations?: readonly FormerDestination[];
}

/** A rule: events that match the pattern are written to the destination. */
export interface Route {
  readonly name: string;
  readonly description: string;
  /** An EventBridge event pattern over the enriched event. */
  readonly pattern: EventPattern;
  readonly destination: Destination;
  /** Field of the enriched event whose value becomes the partition key, e.g. `event.data.productId`. */
  readonly partitionKey?: string;
  /** Share of the matching events that is delivered, above 0 and at most 1; the same identities at every run. */
  readonly sample?: number;
  readonly project?: Projection;
  readonly reshape?: Reshape;
  readonly delivery?: DeliveryOptions;
  readonly tests: readonly RouteTest[];
}

/** Where a route writes: `{ stream: "clicks" }`. The property tells the kind; its name is without the prefix. */
export type Destination = {
  readonly [Property in DestinationProperty]: { readonly [Name in Property]: string } & ReplaceableDestination;
}[DestinationProperty];

interface ReplaceableDestination {
  /** Environment → ARN of one of another account that takes its place there. */
  readonly arn?: Readonly<Record<string, string>>;
}

/** A destination whose routes are gone: it stays, with what is in it, until `retire` lets it go. */
export type FormerDestination = Destination & {
  /** True: the next deployment deletes it and what is in it. Default false. */
  readonly retire?: boolean;
};

/** Which fields of the enriched event are delivered; paths are dotted, e.g. `event.data.context.pageUrl`. */
export interface Projection {
  /** Only these fields. Members of identity and revision are always delivered: sinks keep one copy by them. */
  readonly keep?: readonly string[];
  /** All fields but these. */
  readonly drop?: readonly string[];
}

/**
 * The names that fields get in the delivered event, below `event.data` and `enrichment`; the same for every route of a
 * destination. Projected first, the event is renamed, then flattened, then gets its constants.
 */
export interface Reshape {
  /** Field of the enriched event → its new name, in the same object. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Objects of the enriched event whose members move into the object around them, at any depth. */
  readonly flatten?: readonly string[];
  /** Stands between the names of a flattened member. Default `_`. */
  readonly separator?: Separator;
  /** Field of the delivered event → its value in every copy. */
  readonly constant?: Readonly<Record<string, ConstantValue>>;
}

export type Separator = "_" | "__" | "-" | "--";

/** How a destination is written to; all routes of one destination must agree. */
export interface DeliveryOptions {
  /** `per-key`: events of one partition key stay in order also when some are retried. Default `none`. */
  readonly ordering?: "none" | "per-key";
  /** Time one invocation spends on this destination before what is left is undelivered. Default 8,000 ms. */
  readonly budgetMs?: number;
  /** `many`: events of one invocation that share a partition key share a record, a line each. Default 1. */
  readonly eventsPerRecord?: 1 | "many";
  /** Canary events are delivered like others, with `event.canary`. Default: they are matched, and go no further. */
  readonly canaries?: boolean;
}

/** An event, or the part of one that matters, and whether it should match. */
export interface RouteTest {
  readonly name: string;
  readonly event: Readonly<Record<string, unknown>>;
  readonly matches: boolean;
  /** The whole of what the route delivers of the event, projected and reshaped; of an event that matches only. */
  readonly delivers?: Readonly<Record<string, unknown>>;
}
