export { createStreamHandler } from "./create-stream-handler.ts";
export type {
  BatchOrigin,
  BatchReport,
  DestinationReport,
  FailedOutput,
  FailureDecision,
  InvocationContext,
  Output,
  OutputWriter,
  SourceRecord,
  StreamHandler,
  StreamHandlerOptions,
} from "./types.ts";
