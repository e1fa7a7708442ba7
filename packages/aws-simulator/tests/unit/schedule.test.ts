import { expect, test } from "@jest/globals";
import { Schedule, VirtualClock } from "../../src/index.ts";

test("a schedule invokes at its rate, also when an invocation takes longer or fails, until it is stopped", async () => {
  const clock = new VirtualClock();
  const startMs = clock.now();
  const atMs: number[] = [];
  const errors: unknown[] = [];
  const schedule = new Schedule({
    clock,
    expression: "rate(1 minutes)",
    invoke: async () => {
      const count = atMs.push(clock.now() - startMs);
      if (count === 1) await clock.sleep(90_000);
      if (count === 2) throw new Error("refused");
    },
    onError: (error) => errors.push(error),
  });
  schedule.start();
  await clock.runFor(185_000);
  schedule.stop();
  await clock.runFor(300_000);
  expect(atMs).toEqual([60_000, 120_000, 180_000]);
  expect(errors).toEqual([new Error("refused")]);
});

test.each(["rate(0 minutes)", "rate(5)", "cron(0 12 * * ? *)", "rate(1 week)"])("%s is refused", (expression) => {
  expect(() => new Schedule({ clock: new VirtualClock(), expression, invoke: () => Promise.resolve() })).toThrow(
    /Expected `expression` to be a rate/,
  );
});
