/**
 * Unicode characters of a Kinesis partition key.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html
 */
export const MAX_PARTITION_KEY_CHARACTERS = 256;
