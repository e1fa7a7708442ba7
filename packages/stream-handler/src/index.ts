export { createStreamHandler } from "./create-stream-handler.ts";
export type {
  BatchReport,
  DestinationReport,
  FailedOutput,
  FailureDecision,
  InvocationContext,
  Output,
  SourceRecord,
  StreamHandler,
  StreamHandlerOptions,
} from "./types.ts";
