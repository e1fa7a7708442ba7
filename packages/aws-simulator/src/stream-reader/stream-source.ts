import type {
  GetRecordsInput,
  GetRecordsOutput,
  GetShardIteratorInput,
  GetShardIteratorOutput,
  ListShardsInput,
  ListShardsOutput,
} from "../kinesis/api.ts";

/**
 * The part of Kinesis that a consumer reads through. The in-process `Kinesis` fits as it is; an implementation that
 * answers with promises may do so.
 */
export interface StreamSource {
  listShards(input: ListShardsInput): ListShardsOutput | Promise<ListShardsOutput>;
  getShardIterator(input: GetShardIteratorInput): GetShardIteratorOutput | Promise<GetShardIteratorOutput>;
  getRecords(input: GetRecordsInput): GetRecordsOutput | Promise<GetRecordsOutput>;
}

/** Where a consumer begins in a stream it has never read. */
export type StartingPosition = "TRIM_HORIZON" | "LATEST" | "AT_TIMESTAMP";
