/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export const MAX_ENTRIES = 10;

/**
 * An entry, and the entries of a request together, must be "less than 1MB" (PutEvents API reference). The reference
 * does not tell whether a megabyte is decimal, so the smaller one counts.
 */
export const MAX_REQUEST_BYTES = 999_999;

/** Bytes that `Time` counts as. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
export const TIME_BYTES = 14;

/** Longest `detail-type`, in characters: the same page. */
export const MAX_DETAIL_TYPE_LENGTH = 128;

/** `source` of every event: rules tell the pipeline's events from others by it. */
export const EVENT_SOURCE = "millrace";
