/** The answers of the console's HTTP interface: what the page and tests of applications read. */
import type {
  AlarmFigures,
  Change,
  EventCopy,
  ExplainedId,
  FigureHistory,
  HopFigures,
  ObjectivesFigures,
  PipelineDescription,
} from "@millrace/pipeline-source";

export type EventStatus = "valid" | "invalid" | "unknown" | "bad";

/** One event in a list. Texts are cut; {@link ExplainAnswer} has them whole. */
export interface EventSummary {
  /** Tells this copy from every other: stream, shard, sequence number and line. */
  readonly key: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** As masking left it. */
  readonly subject: string | null;
  readonly status: EventStatus;
  /** Name and version of the contract, such as `search/click/1-0-0`. */
  readonly contract: string | null;
  /** When the stream took it, in epoch milliseconds. */
  readonly atMs: number;
  /** First fault and how many there are. */
  readonly fault: string | null;
  readonly faults: number;
  /** Masked places. */
  readonly masked: number;
}

/** Counts over everything that was read since `fromMs`, whatever the filter is. */
export interface EventTotals {
  readonly fromMs: number | null;
  readonly events: number;
  /** Events that went by unread because there were too many. */
  readonly missed: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly types: Readonly<Record<string, number>>;
  readonly sources: Readonly<Record<string, number>>;
}

export interface EventsAnswer {
  /** Newest first. */
  readonly events: readonly EventSummary[];
  readonly totals: EventTotals;
  /** Records that were looked at for this answer. */
  readonly looked: number;
  /** To go on with older ones; null when there are none. */
  readonly before: string | null;
  /** Arrival of the oldest event that was looked at. */
  readonly reachedMs: number | null;
  /** A mark: `after` with it leaves out what is there now. */
  readonly mark: string;
}

export interface PipelineAnswer {
  readonly nowMs: number;
  readonly description: PipelineDescription;
  readonly hops: readonly HopFigures[];
  readonly history: FigureHistory;
  readonly changes: readonly Change[];
  readonly alarms: readonly AlarmFigures[];
  /** Null where the stack states none. */
  readonly objectives: ObjectivesFigures | null;
}

/** Figures that a live page gets each second. */
export interface LiveFigures {
  readonly nowMs: number;
  /** When the figures were so. */
  readonly atMs: number;
  readonly hops: readonly HopFigures[];
  readonly changes: readonly Change[];
  readonly alarms: readonly AlarmFigures[];
}

export interface LiveEvents {
  /** Oldest first. */
  readonly events: readonly EventSummary[];
  /** Events that are not in it because there were too many, since the last message. */
  readonly missed: number;
  readonly totals: EventTotals;
}

export interface ExplainAnswer {
  readonly explained: ExplainedId;
  readonly enriched: readonly EventCopy[];
  readonly delivered: readonly EventCopy[];
  /** Raw events hold personal data: only with `raw=1`. */
  readonly raw: readonly EventCopy[] | null;
  readonly tookMs: number;
}

/** A property path that broke its contract, and how often. */
export interface FaultFigures {
  readonly path: string;
  readonly keyword: string;
  readonly message: string;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Ids of the newest events that have it. */
  readonly samples: readonly string[];
}

export interface QualityGroup {
  readonly source: string;
  readonly type: string;
  readonly contract: string | null;
  readonly valid: number;
  readonly invalid: number;
  readonly unknown: number;
  /** Of invalid and unknown events alone. */
  readonly firstBadMs: number | null;
  readonly lastBadMs: number | null;
  readonly lastValidMs: number | null;
  /**
   * Time at which it went bad: the first fault after the last valid event before it; null for a group without faults.
   * `isBefore` is true if it was already so when the reading begins.
   */
  readonly since: { readonly atMs: number; readonly isBefore: boolean } | null;
  /** One column a minute, as `minutes` in {@link QualityAnswer}: bad events and all events. */
  readonly bad: readonly number[];
  readonly all: readonly number[];
  readonly faults: readonly FaultFigures[];
}

export interface QualityAnswer {
  readonly fromMs: number | null;
  /** Without canaries. */
  readonly events: number;
  readonly canaries: number;
  readonly missed: number;
  /** Epoch milliseconds of the minutes. */
  readonly minutes: readonly number[];
  /** Worst first. */
  readonly groups: readonly QualityGroup[];
  /** Groups that were not kept apart, because there were too many. */
  readonly otherGroups: number;
  readonly badRows: readonly { readonly kind: string; readonly count: number; readonly message: string }[];
}

export interface RouteFigures {
  readonly name: string;
  readonly description: string;
  readonly destination: string;
  readonly kind: string;
  readonly pattern: unknown;
  readonly sample: number | null;
  readonly tests: number;
  /** Absent where its destination cannot be read; `unread` says why. */
  readonly flow: RouteFlow | null;
  readonly unread: string | null;
}

/** Copies that a route brings to its destination, from the newest ones there. */
export interface RouteFlow {
  /** Copies of the route among those that were read. */
  readonly copies: number;
  /** Copies a second over the last minute, or over those read where these are of less. */
  readonly rate: number;
  /** From acceptance to the destination, for 99 of 100 copies; null where none says when it was accepted. */
  readonly p99Ms: number | null;
  /** Arrival of the last one, in epoch milliseconds; null where none was read. */
  readonly lastMs: number | null;
}

/** A version of a contract of this checkout. */
export interface ContractFigures {
  /** Such as `search/click/1-0-0`. */
  readonly name: string;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  /** Events that name no version are held to it. */
  readonly isNewest: boolean;
  /** Its tests: data that it takes, and data that it refuses. */
  readonly examples: { readonly valid: number; readonly invalid: number };
  /** Events a second in the last whole minute. */
  readonly rate: number;
  /** Of the events that were read: held to it, and broke it. */
  readonly events: number;
  readonly invalid: number;
  /** Those with a route that takes one of its valid examples. */
  readonly applications: readonly { readonly application: string; readonly owner: string }[];
}

/** A bad row, and where the record lies that it was made of. */
export interface BadRowAnswer {
  readonly row: EventCopy | null;
  /** Lines of that record, which hold personal data: only with `raw=1`; null without, and when the stream lost it. */
  readonly raw: readonly EventCopy[] | null;
}

export interface ApplicationFigures {
  readonly application: string;
  readonly owner: string;
  readonly description: string;
  readonly clearance: readonly string[];
  readonly routes: readonly RouteFigures[];
}
