/**
 * Reasons for which a line becomes a bad row. Each kind has a schema of the same name in `schemas/bad-rows`. The README
 * tells what to do about each.
 */
export const badRowKinds = {
  /** A record that the Kinesis Producer Library aggregated: none of its events is read. */
  aggregatedRecord: "aggregated-record",
  /** The bytes are not UTF-8. */
  notUtf8: "not-utf8",
  /** The text is not JSON. */
  notJson: "not-json",
  /** The record has no line that is not blank. */
  emptyRecord: "empty-record",
  /** JSON, and not an object. */
  notAnObject: "not-an-object",
  /** An object without the attributes an event needs. */
  notAnEvent: "not-an-event",
  /** Nested beyond `MAX_EVENT_DEPTH`. */
  tooDeep: "too-deep",
  /** With everything added, larger than a record may be. */
  tooLarge: "too-large",
  /** A record of more lines than `MAX_RECORD_LINES`: none of them is read. */
  tooManyLines: "too-many-lines",
  /** Enriching the record took more time than one record has. */
  tooSlow: "too-slow",
  /** Masking failed: the payload is not kept, in whatever form. */
  maskingFailed: "masking-failed",
  /** Our own code failed: a defect. */
  notProcessed: "not-processed",
  /** No contract describes the event, and the mapping of its source sets such events aside. */
  undescribed: "undescribed",
  /** The enriched stream will never take the record. */
  refusedByStream: "refused-by-stream",
} as const;

export type BadRowKind = (typeof badRowKinds)[keyof typeof badRowKinds];
