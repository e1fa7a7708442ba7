import type { ListShardsInput, ListShardsOutput, ShardFilter } from "./api.ts";
import { invalidArgument, KinesisError } from "./errors.ts";
import { HOUR_MS, listShardsPage as page, NEXT_TOKEN_LIFETIME_MS } from "./limits.ts";
import type { ShardState } from "./shard.ts";
import type { StreamState } from "./stream.ts";

/** Input of one page of ListShards, whether it is the first page or follows a token. */
export interface ShardPageRequest {
  readonly StreamName?: string | undefined;
  readonly StreamARN?: string | undefined;
  readonly afterShardId: string;
  readonly limit: number;
  readonly filter: ShardFilter | undefined;
  readonly createdMs: number | undefined;
}

interface Token {
  readonly s: string;
  readonly a: string;
  readonly f?: { readonly t: ShardFilter["Type"]; readonly i?: string; readonly m?: number };
  readonly ms: number;
}

/**
 * Reads a ListShards request. A token stands for stream and filter, so neither may be given with it.
 * @throws InvalidArgumentException, ExpiredNextTokenException
 */
export function listShardsPage(input: ListShardsInput, nowMs: number): ShardPageRequest {
  const limit = Math.min(input.MaxResults ?? page.default, page.max);
  if (input.NextToken !== undefined) {
    if (input.StreamName !== undefined || input.StreamARN !== undefined) {
      throw invalidArgument("NextToken and StreamName cannot be provided together.");
    }
    const token = decodeToken(input.NextToken);
    if (nowMs - token.ms > NEXT_TOKEN_LIFETIME_MS) {
      throw new KinesisError("ExpiredNextTokenException", "The pagination token passed to the operation is expired.");
    }
    return {
      StreamName: token.s,
      afterShardId: token.a,
      limit,
      createdMs: undefined,
      filter:
        token.f === undefined
          ? undefined
          : {
              Type: token.f.t,
              ShardId: token.f.i,
              Timestamp: token.f.m === undefined ? undefined : new Date(token.f.m),
            },
    };
  }
  if (input.StreamName === undefined && input.StreamARN === undefined) {
    throw invalidArgument("Either NextToken or StreamName should be provided.");
  }
  return {
    StreamName: input.StreamName,
    StreamARN: input.StreamARN,
    afterShardId: input.ExclusiveStartShardId ?? "",
    limit,
    filter: input.ShardFilter,
    createdMs: input.StreamCreationTimestamp?.getTime(),
  };
}

/** One page of the shards that pass the filter, in order of their ids. */
export function selectShards(stream: StreamState, request: ShardPageRequest, nowMs: number): ListShardsOutput {
  if (request.createdMs !== undefined && Math.floor(request.createdMs / 1000) !== Math.floor(stream.createdMs / 1000)) {
    return { Shards: [] };
  }
  const isWanted = shardFilter(stream, request.filter, nowMs);
  const rest = stream.shards(nowMs).filter((shard) => shard.id > request.afterShardId && isWanted(shard));
  const shards = rest.slice(0, request.limit);
  const last = shards.at(-1);
  return {
    Shards: shards.map((shard) => shard.describe()),
    ...(last !== undefined && rest.length > shards.length
      ? { NextToken: encodeToken(stream.streamName, last.id, request.filter, nowMs) }
      : {}),
  };
}

/** The filters of https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html. */
function shardFilter(
  stream: StreamState,
  filter: ShardFilter | undefined,
  nowMs: number,
): (shard: ShardState) => boolean {
  const horizonMs = Math.max(stream.createdMs, nowMs - stream.retentionHours * HOUR_MS);
  switch (filter?.Type) {
    case undefined:
    case "FROM_TRIM_HORIZON":
      return () => true;
    case "AFTER_SHARD_ID": {
      const after = filter.ShardId;
      if (after === undefined) throw invalidArgument("ShardId must be specified for the filter type AFTER_SHARD_ID.");
      return (shard) => shard.id > after;
    }
    case "AT_LATEST":
      return (shard) => shard.isOpen;
    case "AT_TRIM_HORIZON":
      return (shard) => isOpenAt(shard, horizonMs);
    case "AT_TIMESTAMP": {
      const atMs = Math.max(timestampOf(filter), horizonMs);
      return (shard) => isOpenAt(shard, atMs);
    }
    case "FROM_TIMESTAMP": {
      const fromMs = Math.max(timestampOf(filter), horizonMs);
      return (shard) => shard.isOpen || (shard.closedMs ?? 0) >= fromMs;
    }
  }
}

function isOpenAt(shard: ShardState, atMs: number): boolean {
  return shard.createdMs <= atMs && (shard.closedMs === undefined || shard.closedMs > atMs);
}

function timestampOf(filter: ShardFilter): number {
  if (filter.Timestamp === undefined) {
    throw invalidArgument(`Timestamp must be specified for the filter type ${filter.Type ?? ""}.`);
  }
  return filter.Timestamp.getTime();
}

function encodeToken(streamName: string, afterShardId: string, filter: ShardFilter | undefined, nowMs: number): string {
  const token: Token = {
    s: streamName,
    a: afterShardId,
    ms: nowMs,
    ...(filter === undefined
      ? {}
      : {
          f: {
            t: filter.Type,
            ...(filter.ShardId === undefined ? {} : { i: filter.ShardId }),
            ...(filter.Timestamp === undefined ? {} : { m: filter.Timestamp.getTime() }),
          },
        }),
  };
  return Buffer.from(JSON.stringify(token)).toString("base64");
}

function decodeToken(text: string): Token {
  try {
    const token = JSON.parse(Buffer.from(text, "base64").toString("utf8")) as Partial<Token>;
    if (typeof token.s === "string" && typeof token.a === "string" && typeof token.ms === "number") {
      return token as Token;
    }
  } catch {
    // Answered below like any other text that is no token.
  }
  throw invalidArgument("NextToken is invalid.");
}
