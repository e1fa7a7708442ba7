import { describe, expect, test } from "@jest/globals";
import { VirtualClock } from "@millrace/aws-simulator";
import { RotatingSecret, type SecretRead, type SecretVersion } from "../../src/index.ts";

const maxAgeMs = 300_000;
const timeoutMs = 2_000;

/** Stands for a read that gets no answer until its time is over. */
const never = Symbol("never");

/** Result of a read. */
type Answer = string | Error | typeof never;

function create(...answers: Answer[]) {
  const clock = new VirtualClock();
  const reads: SecretRead[] = [];
  let calls = 0;
  const secret = new RotatingSecret<string>({
    read: (signal) => {
      calls += 1;
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) return Promise.reject(answer);
      if (answer !== never) return Promise.resolve({ text: answer ?? "", versionId: answer ?? "" });
      return new Promise<SecretVersion>((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    },
    parse: (text) => {
      if (text.startsWith("bad")) throw new Error("no key");
      return text.toUpperCase();
    },
    maxAgeMs,
    timeoutMs,
    clock,
    random: () => 0,
    onRead: (read) => reads.push(read),
  });
  return { secret, clock, answers, outcomes: () => reads.map(({ outcome }) => outcome), calls: () => calls };
}

describe("work that comes now and then", () => {
  test("waits for the first value, and shares one read with whoever else waits", async () => {
    const { secret, clock, calls } = create("a");
    expect(secret.current).toBeUndefined();
    const both = Promise.all([secret.take(1_000), secret.take(1_000)]);
    expect(await clock.run(both)).toEqual(["A", "A"]);
    expect(calls()).toBe(1);
  });

  test("gets the old value at once when it is due, and the new one with the next piece", async () => {
    const { secret, clock, answers, outcomes } = create("a");
    await clock.run(secret.take(1_000));
    answers.splice(0, 1, "b");
    await clock.runFor(maxAgeMs - 1);
    expect(await clock.run(secret.take(1_000))).toBe("A");
    expect(outcomes()).toEqual(["changed"]);
    await clock.runFor(1);
    const begun = clock.now();
    expect(await secret.take(1_000)).toBe("A");
    expect(clock.now()).toBe(begun);
    await clock.runFor(0);
    expect(await secret.take(1_000)).toBe("B");
    expect(outcomes()).toEqual(["changed", "changed"]);
  });

  test("keeps its value through an outage, asks again within seconds, and tells of each failure", async () => {
    const { secret, clock, answers, outcomes } = create("a");
    await clock.run(secret.take(1_000));
    answers.splice(0, 1, new Error("outage"));
    await clock.runFor(maxAgeMs);
    for (let piece = 0; piece < 3; piece += 1) {
      expect(await secret.take(1_000)).toBe("A");
      await clock.runFor(5_000);
    }
    answers.splice(0, 1, "b");
    await secret.take(1_000);
    await clock.runFor(0);
    expect(secret.current).toBe("B");
    expect(outcomes()).toEqual(["changed", "failed", "failed", "failed", "changed"]);
  });

  test("keeps its value when the next one cannot be used", async () => {
    const { secret, clock, answers, outcomes } = create("a");
    await clock.run(secret.take(1_000));
    answers.splice(0, 1, "bad");
    await clock.runFor(maxAgeMs);
    await secret.take(1_000);
    await clock.runFor(0);
    expect(secret.current).toBe("A");
    expect(outcomes()).toEqual(["changed", "refused"]);
  });

  test("tries again until there is a first value, and gives up when its time is over", async () => {
    const outage = new Error("outage");
    const late = create(outage, outage, never, "a");
    expect(await late.clock.run(late.secret.take(10_000))).toBe("A");
    expect(late.outcomes()).toEqual(["failed", "failed", "failed", "changed"]);

    const tooLate = create(outage);
    const begun = tooLate.clock.now();
    expect(await tooLate.clock.run(tooLate.secret.take(10_000))).toBeUndefined();
    expect(tooLate.clock.now() - begun).toBe(10_000);
  });

  test("does not wait longer than it said for a read that hangs", async () => {
    const { secret, clock } = create(never);
    const begun = clock.now();
    expect(await clock.run(secret.take(500))).toBeUndefined();
    expect(clock.now() - begun).toBe(500);
  });
});

test("a read that Lambda froze is begun again and is no failure", async () => {
  const clock = new VirtualClock();
  const outcomes: string[] = [];
  let calls = 0;
  const secret = new RotatingSecret<string>({
    read: async () => {
      calls += 1;
      if (calls > 1) return { text: "b", versionId: "2" };
      // The connection is gone when the process wakes up, long after the time-out.
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 600_000));
      throw new Error("ECONNRESET");
    },
    parse: (text) => text,
    maxAgeMs,
    timeoutMs,
    clock,
    random: () => 0,
    onRead: ({ outcome }) => outcomes.push(outcome),
  });
  await clock.run(secret.refresh());
  expect([secret.current, outcomes]).toEqual(["b", ["changed"]]);
});

describe("a process that is always there", () => {
  test("reads whenever the value is due, and stops when it is told to", async () => {
    const { secret, clock, answers, calls } = create("a");
    await secret.refresh();
    const stop = secret.watch();
    answers.splice(0, 1, "b");
    await clock.runFor(maxAgeMs - 1);
    expect(secret.current).toBe("A");
    await clock.runFor(1);
    expect(secret.current).toBe("B");
    stop();
    await clock.runFor(10 * maxAgeMs);
    expect(calls()).toBe(2);
  });

  test("asks again soon after a failure, and knows how old its value is", async () => {
    const { secret, clock, answers, calls } = create("a");
    await secret.refresh();
    const stop = secret.watch();
    const readAt = clock.now();
    answers.splice(0, 1, new Error("outage"));
    await clock.runFor(maxAgeMs + 10_000);
    expect(calls()).toBeGreaterThanOrEqual(3);
    expect(secret.confirmedAt).toBe(readAt);
    stop();
  });

  test("spreads its reads: never later than the age, and up to a fifth sooner", async () => {
    const times = await Promise.all(
      [0, 0.999].map(async (draw) => {
        const clock = new VirtualClock();
        const reads: number[] = [];
        const secret = new RotatingSecret<string>({
          read: () => {
            reads.push(clock.now());
            return Promise.resolve({ text: "a", versionId: "1" });
          },
          parse: (text) => text,
          maxAgeMs,
          timeoutMs,
          clock,
          random: () => draw,
        });
        await secret.refresh();
        const stop = secret.watch();
        await clock.runFor(maxAgeMs);
        stop();
        return (reads[1] ?? 0) - (reads[0] ?? 0);
      }),
    );
    expect(times[0]).toBe(maxAgeMs);
    expect(times[1]).toBeGreaterThanOrEqual(maxAgeMs * 0.8);
    expect(times[1]).toBeLessThan(maxAgeMs * 0.81);
  });
});
