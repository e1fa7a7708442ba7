/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const MAX_MESSAGE_BYTES = 1_048_576;
export const MAX_BATCH_ENTRIES = 10;
export const MAX_RECEIVED_MESSAGES = 10;
export const MAX_WAIT_SECONDS = 20;
export const DEFAULT_VISIBILITY_SECONDS = 30;
export const MAX_VISIBILITY_SECONDS = 43_200;
export const DEFAULT_RETENTION_SECONDS = 345_600;
