import type { RouteDocument } from "@millrace/routes";
import type { AlarmFigures, Change, FigureHistory, HopFigures, ObjectivesFigures } from "./figures.ts";
import type { LinePage, LineRequest } from "./lines.ts";
import type { LinePlace } from "./read-refused-line.ts";
import type { EventCopy, EventTraces, RecordPlace, RefusedLine, SearchRange } from "./traces.ts";

/** A running pipeline: which it is, and what its parts are called. */
export interface PipelineDescription {
  readonly stage: string;
  /** Counters count from here, in epoch milliseconds. */
  readonly startedAtMs: number;
  readonly streams: { readonly raw: string; readonly enriched: string; readonly badRows: string };
  /** Address of the event service, where it is known. */
  readonly ingestUrl?: string | undefined;
  /** For dry runs; a pipeline that has no key for its operators answers none. */
  readonly writeKey?: string | undefined;
  /** Figures are of whole steps of this length, in milliseconds; absent where they are of the moment. */
  readonly stepMs?: number | undefined;
  /** Questions that it does not answer, so that a missing answer is not taken for "none". */
  readonly unanswered?: readonly Unanswered[] | undefined;
}

/** Something that a page of the console lacks, as sentences. */
export interface Unanswered {
  readonly page: "pipeline" | "explain" | "quality" | "routes" | "playground" | "objectives";
  readonly text: string;
}

/** An answer of the pipeline's own programs, as text. */
export interface CommandResult {
  readonly code: number;
  readonly output: string;
}

/** Events that a replay is to select: of one kind, since a time. */
export interface ReplayRequest {
  readonly source: string;
  readonly type: string;
  /** RFC 3339, in UTC. */
  readonly from: string;
}

/**
 * A pipeline as a console reads it: one that runs on this machine, or an environment. Every method reads only so much
 * as was asked for, and takes no capacity from the consumers of the pipeline.
 */
export interface PipelineSource {
  describe(signal?: AbortSignal): Promise<PipelineDescription>;
  /** Every hop now. */
  hops(signal?: AbortSignal): Promise<readonly HopFigures[]>;
  /** Every hop over the last hour. */
  history(signal?: AbortSignal): Promise<FigureHistory>;
  /** Changes of the pipeline, oldest first. */
  changes(signal?: AbortSignal): Promise<readonly Change[]>;
  alarms(signal?: AbortSignal): Promise<readonly AlarmFigures[]>;
  /** Undefined where the stack states none. */
  objectives(signal?: AbortSignal): Promise<ObjectivesFigures | undefined>;
  readLines(request: LineRequest, signal?: AbortSignal): Promise<LinePage>;
  /** Everything that the pipeline still has of an id; where that cannot be looked up, of a range of time. */
  traces(id: string, signal?: AbortSignal, range?: SearchRange): Promise<EventTraces>;
  /** Returns the lines of one record; none when it has left the stream. */
  readRecord(place: RecordPlace, signal?: AbortSignal): Promise<readonly EventCopy[]>;
  /** The newest lines of the lake that became no row; undefined where the warehouse is not asked. */
  refusedLines(signal?: AbortSignal): Promise<readonly RefusedLine[] | undefined>;
  /** A refused line as it lies in the lake. */
  readRefusedLine(place: LinePlace, signal?: AbortSignal): Promise<string>;
  routes(): readonly RouteDocument[];
  /** The fate of events that are not stored, given as the body of a request to the event service; JSON text. */
  preview(body: string, signal?: AbortSignal): Promise<{ readonly status: number; readonly body: string }>;
  /** Puts undelivered events of an application back, or returns the plan of it. */
  redrive(application: string, isDry: boolean, signal?: AbortSignal): Promise<CommandResult>;
  /** Says which invalid and unknown events a replay would make valid; it puts none. */
  replay(request: ReplayRequest, signal?: AbortSignal): Promise<CommandResult>;
}
