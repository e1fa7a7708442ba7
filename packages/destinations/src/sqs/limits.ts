/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export const MAX_ENTRIES = 10;

/** One message, and the sum of the messages of a request: the same page. */
export const MAX_MESSAGE_BYTES = 1_048_576;
