import { expect, test } from "@jest/globals";
import type { JobEnvironment } from "@millrace/replay";
import { createJobHandler } from "../../src/create-job-handler.ts";

const context = {
  ...{ awsRequestId: "r-1", functionName: "millrace-test-replay-job", getRemainingTimeInMillis: () => 900_000 },
};
const open = async () =>
  ({
    place: { lakeBucket: "the-lake" },
    s3: { getText: async () => undefined },
    clock: { now: () => 0, wait: async () => undefined },
  }) as unknown as Omit<JobEnvironment, "holder">;

test.each([
  ["a group", { id: "4711", group: 3 }],
  ["the end", { id: "4711", isFinished: true as const }],
])("%s of a job that nobody asked for is refused by its name", async (_, input) => {
  await expect(createJobHandler(open)(input, context)).rejects.toThrow(
    "There is no job 4711 in s3://the-lake/replays/. pnpm replay list shows all.",
  );
});
