export { createStreamHandler } from "./create-stream-handler.ts";
export { RecordTimeError } from "./errors.ts";
export type {
  BatchOrigin,
  BatchReport,
  DestinationReport,
  FailedDelivery,
  FailedOutput,
  FailureDecision,
  InvocationContext,
  Output,
  OutputDelivery,
  OutputWriter,
  RecordTime,
  SourceRecord,
  StreamHandler,
  StreamHandlerOptions,
} from "./types.ts";
