/**
 * Values one metric may have in one EMF document.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const MAX_VALUES_PER_METRIC = 100;

/**
 * Metrics one EMF directive may declare (same page). CloudWatch drops the whole document, silently, when it has more.
 */
export const MAX_METRICS_PER_DIRECTIVE = 100;

/**
 * Greatest value of a metric, and the least with a minus sign.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
 */
export const MAX_METRIC_VALUE = 2 ** 360;

/** Keys one breakdown may have; further keys are added up under `other`. Keeps a line far below CloudWatch's 1 MB. */
export const MAX_KEYS_PER_BREAKDOWN = 50;

/** Longest text of one log field, in UTF-16 units. */
export const MAX_LOG_TEXT_LENGTH = 1_000;
