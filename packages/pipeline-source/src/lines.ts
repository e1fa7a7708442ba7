import type { EventCopy } from "./traces.ts";

/** A place between two lines of a stream: opaque, and good for as long as the stream keeps its records. */
export type Cursor = string;

export interface LineRequest {
  /** A stream, queue or bus. */
  readonly stream: string;
  /** At most so many lines; the newest are given. */
  readonly limit: number;
  /** Lines older than this place; absent: from the end. */
  readonly before?: Cursor | undefined;
  /** Lines that arrived before this time, in epoch milliseconds. */
  readonly beforeMs?: number | undefined;
  /** Lines newer than this place alone. */
  readonly after?: Cursor | undefined;
  /** Texts that a line has to contain, each as it is written in its JSON. */
  readonly contains?: readonly string[] | undefined;
}

/** Lines of a stream, newest first. */
export interface LinePage {
  readonly lines: readonly EventCopy[];
  /** Place before the oldest line that was looked at. */
  readonly before: Cursor;
  /** Place behind the newest line of the stream when it was read. */
  readonly after: Cursor;
  /** Records that were looked at. */
  readonly looked: number;
  /** With `after`: newer records that were passed over because of the limit. */
  readonly skipped: number;
  /** Nothing older is left. */
  readonly isEnd: boolean;
}
