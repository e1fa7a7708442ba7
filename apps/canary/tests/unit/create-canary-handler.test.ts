import { expect, test } from "@jest/globals";
import { createTelemetry, noLogger } from "@millrace/telemetry";
import { type Answer, createCanaryHandler } from "../../src/index.ts";

const events = [{ type: "a" }, { type: "b" }];

/** One invocation under a clock that moves 40 ms while the event service works. */
async function invoke(
  post: () => Promise<Answer>,
  key: string | null = "key",
): Promise<{ metrics: Record<string, unknown>; posted: string[] }> {
  let nowMs = 1_000;
  const clock = { now: () => nowMs, setTimeout: () => undefined, clearTimeout: () => undefined };
  const lines: string[] = [];
  const posted: string[] = [];
  const handler = createCanaryHandler({
    events,
    writeKey: () => Promise.resolve(key ?? undefined),
    post: (writeKey, body) => {
      posted.push(`${writeKey} ${body}`);
      nowMs += 40;
      return post();
    },
    clock,
    telemetry: createTelemetry({
      service: "canary",
      stage: "test",
      functionName: "f",
      clock,
      write: (line) => lines.push(line),
    }),
    logger: noLogger,
  });
  await handler();
  expect(lines).toHaveLength(1);
  return { metrics: JSON.parse(lines[0] ?? "") as Record<string, unknown>, posted };
}

test("all canaries go in one request, and the metrics say that they were taken and how fast", async () => {
  const { metrics, posted } = await invoke(() => Promise.resolve({ status: 202, body: '{"accepted":2}' }));
  expect(posted).toEqual([`key ${JSON.stringify(events)}`]);
  expect(metrics).toMatchObject({ canariesAccepted: 2, canariesRefused: 0, canaryAnswerMs: 40 });
});

test.each([
  ["refuses some", { status: 202, body: '{"accepted":1}' }, 1],
  ["refuses the key", { status: 401, body: '{"accepted":2}' }, 0],
  ["answers with a page", { status: 200, body: "<html>" }, 0],
])("an event service that %s leaves refused canaries, and no time of an answer", async (_, answer, accepted) => {
  const { metrics } = await invoke(() => Promise.resolve(answer));
  expect(metrics).toMatchObject({ canariesAccepted: accepted, canariesRefused: 2 - accepted });
  expect(metrics).not.toHaveProperty("canaryAnswerMs");
});

test("an event service that does not answer, and a key that cannot be read, refuse them all", async () => {
  const silent = await invoke(() => Promise.reject(new Error("timeout")));
  expect(silent.metrics).toMatchObject({ canariesAccepted: 0, canariesRefused: 2 });
  const keyless = await invoke(() => Promise.resolve({ status: 202, body: '{"accepted":2}' }), null);
  expect(keyless.metrics).toMatchObject({ canariesAccepted: 0, canariesRefused: 2 });
  expect(keyless.posted).toEqual([]);
});
