/** The meaning of a function's answer for its batch. */
export type BatchOutcome =
  | { readonly status: "success" }
  /** Everything from `index` on is to be delivered again; `index` 0 is a complete failure. */
  | { readonly status: "failure"; readonly index: number; readonly isReported: boolean };

const success: BatchOutcome = { status: "success" };

/**
 * Reads the answer of a function as an event source mapping with `ReportBatchItemFailures` does:
 * nothing, `{}`, and an empty or null list are success; the lowest reported sequence number is the checkpoint; an item
 * whose identifier is empty, null, missing, misnamed or not of this batch fails the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 *
 * @param sequenceNumbers those of the batch, in order.
 */
export function readBatchResponse(response: unknown, sequenceNumbers: readonly string[]): BatchOutcome {
  if (response === undefined || response === null) return success;
  // An answer that is no object, or whose list is no array, breaks the syntax: no part of it can be trusted.
  if (typeof response !== "object") return completeFailure();
  const failures = (response as { batchItemFailures?: unknown }).batchItemFailures;
  if (failures === undefined || failures === null) return success;
  if (!Array.isArray(failures)) return completeFailure();
  if (failures.length === 0) return success;
  let lowest = sequenceNumbers.length;
  for (const failure of failures as unknown[]) {
    const index = indexOf(failure, sequenceNumbers);
    if (index < 0) return completeFailure();
    lowest = Math.min(lowest, index);
  }
  return { status: "failure", index: lowest, isReported: true };
}

function completeFailure(): BatchOutcome {
  return { status: "failure", index: 0, isReported: true };
}

function indexOf(failure: unknown, sequenceNumbers: readonly string[]): number {
  if (typeof failure !== "object" || failure === null) return -1;
  const identifier = (failure as { itemIdentifier?: unknown }).itemIdentifier;
  return typeof identifier === "string" && identifier !== "" ? sequenceNumbers.indexOf(identifier) : -1;
}
