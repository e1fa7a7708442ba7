import type { PutRecordsResultEntry } from "@aws-sdk/client-kinesis";

/** A PutRecords answer that can be matched with its request. */
export interface Answer {
  readonly results: readonly PutRecordsResultEntry[];
  /** The SDK retried by itself and hid the outcome of an earlier attempt. */
  readonly hasHiddenAttempts: boolean;
  readonly failedCount: number;
}

interface AnswerShape {
  readonly Records?: unknown;
  readonly FailedRecordCount?: unknown;
  readonly $metadata?: { readonly attempts?: unknown };
}

/** Returns the answer; undefined if it does not have one result per record, because then no result can be matched. */
export function readAnswer(given: unknown, records: number): Answer | undefined {
  const answer = (typeof given === "object" && given !== null ? given : {}) as AnswerShape;
  if (!Array.isArray(answer.Records) || answer.Records.length !== records) return undefined;
  const attempts = answer.$metadata?.attempts;
  return {
    results: answer.Records as PutRecordsResultEntry[],
    hasHiddenAttempts: typeof attempts === "number" && attempts > 1,
    failedCount: typeof answer.FailedRecordCount === "number" ? answer.FailedRecordCount : 0,
  };
}

/** Returns the shard in a text like `Rate exceeded for shard shardId-000000000001 in stream … under account …`. */
export function shardNamedIn(message: string | undefined): string | undefined {
  return message === undefined ? undefined : /shardId-\d{12}/.exec(message)?.[0];
}
