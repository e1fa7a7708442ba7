/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export const MAX_ENTRIES = 10;
/** All entries of a request together have to be below this. */
export const MAX_REQUEST_BYTES = 1_048_576;
/** Nested deeper, `Detail` is not processed. */
export const MAX_DETAIL_DEPTH = 1_000;
export const TIME_BYTES = 14;
export const MAX_DETAIL_TYPE_LENGTH = 128;
