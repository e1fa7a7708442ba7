import { expect, test } from "@jest/globals";
import type { MappingConfig } from "../../src/config/schema.ts";
import { invocationsPerShard, mebibytes, records, retries, seconds } from "../../src/config/units.ts";

/**
 * `tsc --noEmit` fails when one of the lines below compiles: an unused `@ts-expect-error` is an error.
 */
test("swapped settings do not compile", () => {
  const sound: MappingConfig = {
    batchSize: records(100),
    batchingWindow: seconds(1),
    parallelizationFactor: invocationsPerShard(4),
    maximumRetryAttempts: retries(10),
    maximumRecordAge: seconds(3_600),
  };
  const swapped: MappingConfig = {
    ...sound,
    // @ts-expect-error retries are no parallelization
    parallelizationFactor: sound.maximumRetryAttempts,
    // @ts-expect-error and parallelization is no number of retries
    maximumRetryAttempts: sound.parallelizationFactor,
  };
  // @ts-expect-error a plain number has no unit
  const plain: MappingConfig["maximumRecordAge"] = 3_600;
  // @ts-expect-error a size is no time
  const size: MappingConfig["batchingWindow"] = mebibytes(1);
  expect([swapped.parallelizationFactor, plain, size]).toEqual([10, 3_600, 1]);
});
