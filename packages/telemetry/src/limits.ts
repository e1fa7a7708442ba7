/**
 * Values one metric may have in one EMF document.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const maxValuesPerMetric = 100;

/**
 * Metrics one EMF directive may declare (same page). CloudWatch drops the whole document, silently, when it has more.
 */
export const maxMetricsPerDirective = 100;

/**
 * Observations of one metric kept over an invocation. Above it, further ones are counted but not kept: Lambda hands
 * over at most 10,000 records, and memory must not depend on what a record holds.
 */
export const maxObservationsPerInvocation = 10_000;

/** Keys one breakdown may have; further keys are added up under `other`. Keeps a line far below CloudWatch's 1 MB. */
export const maxKeysPerBreakdown = 50;

/** Longest text of one log field, in UTF-16 units. */
export const maxLogTextLength = 1_000;
