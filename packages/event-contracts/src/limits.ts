/**
 * Unicode characters of a Kinesis partition key.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html
 */
export const maxPartitionKeyCharacters = 256;
