import { afterEach, expect, jest, test } from "@jest/globals";
import { createPutRecords, systemClock } from "../../src/index.ts";
import { record } from "../support/set-up.ts";

const longestDelayMs = 2 ** 31 - 1;

afterEach(() => {
  jest.restoreAllMocks();
});

test.each([Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER, longestDelayMs + 1])(
  "a delay of %p is no delay of 1 ms, which is what Node would make of it",
  (delayMs) => {
    const setTimeout = jest.spyOn(globalThis, "setTimeout");
    systemClock.clearTimeout(systemClock.setTimeout(() => undefined, delayMs));
    expect(setTimeout).toHaveBeenCalledWith(expect.anything(), longestDelayMs);
  },
);

test("without limits on time a request waits for its answer", async () => {
  const setTimeout = jest.spyOn(globalThis, "setTimeout");
  const answer = { FailedRecordCount: 0, Records: [{ ShardId: "shardId-000000000000", SequenceNumber: "1" }] };
  const client = createPutRecords({
    client: { send: async () => answer },
    streamName: "s",
    timeoutMs: Number.MAX_SAFE_INTEGER,
    requestTimeoutMs: Number.POSITIVE_INFINITY,
  });
  expect(await client.put([record(0)])).toMatchObject([{ status: "delivered", attempts: 1, isAmbiguous: false }]);
  expect(setTimeout.mock.calls.map(([, delayMs]) => delayMs)).toEqual([longestDelayMs, longestDelayMs]);
});
