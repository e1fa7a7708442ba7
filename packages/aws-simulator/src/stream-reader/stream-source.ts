import type {
  DescribeStreamSummaryOutput,
  GetRecordsInput,
  GetRecordsOutput,
  GetShardIteratorInput,
  GetShardIteratorOutput,
  ListShardsInput,
  ListShardsOutput,
  StreamReference,
} from "../kinesis/api.ts";

/**
 * The part of Kinesis that a consumer reads through. The in-process `Kinesis` fits as it is; an implementation that
 * answers with promises may do so.
 */
export interface StreamSource {
  listShards(input: ListShardsInput): ListShardsOutput | Promise<ListShardsOutput>;
  getShardIterator(input: GetShardIteratorInput): GetShardIteratorOutput | Promise<GetShardIteratorOutput>;
  getRecords(input: GetRecordsInput): GetRecordsOutput | Promise<GetRecordsOutput>;
  /**
   * Tells an event source mapping how long records live; without it, it retries for as long as its own settings say.
   */
  describeStreamSummary?(input: StreamReference): DescribeStreamSummaryOutput | Promise<DescribeStreamSummaryOutput>;
}

/** Where a consumer begins in a stream it has never read. */
export type StartingPosition = "TRIM_HORIZON" | "LATEST" | "AT_TIMESTAMP";
