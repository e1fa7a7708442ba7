export { createStreamHandler } from "./create-stream-handler.ts";
export { RecordTimeError } from "./errors.ts";
export type {
  BatchOrigin,
  BatchReport,
  DestinationReport,
  FailedOutput,
  FailureDecision,
  InvocationContext,
  Output,
  OutputWriter,
  RecordTime,
  SourceRecord,
  StreamHandler,
  StreamHandlerOptions,
} from "./types.ts";
