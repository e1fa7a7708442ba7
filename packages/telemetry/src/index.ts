export { type Clock, systemClock } from "./clock.ts";
export { createDeliveryHooks, type DeliveryHooks } from "./delivery-hooks.ts";
export { describeError, type ErrorDescription } from "./describe-error.ts";
export { type DistributionValue, type Histogram, MAX_RELATIVE_ERROR } from "./distribution-value.ts";
export {
  type BreakdownName,
  breakdowns,
  type CounterName,
  counters,
  type DestinationCounterName,
  destinationCounters,
  destinationDimensionNames,
  dimensionNames,
  type DistributionName,
  distributions,
  fieldsOnly,
  type LogField,
  logFields,
  metricNamespace,
  metricsOfService,
  routeDimensionNames,
} from "./field-names.ts";
export {
  MAX_KEYS_PER_BREAKDOWN,
  MAX_LOG_TEXT_LENGTH,
  MAX_METRIC_VALUE,
  MAX_METRICS_PER_DIRECTIVE,
  MAX_VALUES_PER_METRIC,
} from "./limits.ts";
export {
  createLogger,
  type Logger,
  type LoggerOptions,
  type LogFields,
  type LogLevel,
  logLevels,
  type LogValue,
  noLogger,
  parseLogLevel,
} from "./logger.ts";
export { createTelemetry, noTelemetry, type Telemetry, type TelemetryOptions } from "./telemetry.ts";
export { createChildTrace, formatTraceparent, parseTraceparent, type TraceContext } from "./trace-context.ts";
export { type WriteLine, writeToStdout } from "./write-line.ts";
