export {
  type Acceptance,
  type EnrichedCopy,
  explainEvent,
  type ExplainedEvent,
  type ExplainedId,
  type Place,
  readRevision,
  type RoutedCopy,
} from "./explain-event.ts";
export type {
  AlarmFigures,
  Change,
  ChangeKind,
  CountName,
  FigureHistory,
  HopFigures,
  HopKind,
  ObjectiveFigures,
  ObjectivesFigures,
} from "./figures.ts";
export { exportSpans, type TracesData } from "./export-spans.ts";
export { formatExplanation } from "./format-explanation.ts";
export type { Cursor, LinePage, LineRequest } from "./lines.ts";
export type {
  CommandResult,
  PipelineDescription,
  PipelineSource,
  ReplayRequest,
  Unanswered,
} from "./pipeline-source.ts";
export type {
  EventCopy,
  EventTraces,
  LandedRow,
  RecordPlace,
  Refusal,
  RefusedLine,
  Searched,
  SearchRange,
} from "./traces.ts";
export { timeOfId } from "./time-of-id.ts";
export { type LinePlace, readRefusedLine } from "./read-refused-line.ts";
