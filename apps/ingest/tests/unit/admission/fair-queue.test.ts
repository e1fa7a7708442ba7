import { describe, expect, test } from "@jest/globals";
import { VirtualClock } from "@millrace/aws-simulator";
import { FairQueue, Lane } from "../../../src/admission/fair-queue.ts";
import { StreamWindow } from "../../../src/admission/stream-window.ts";
import { maxAcceptingTurns, maxQueueMs, turnMs } from "../../../src/limits.ts";

/** A loop whose turns the test takes; each piece of work lasts as long as it says. */
function create(window = new StreamWindow(100_000)) {
  const clock = new VirtualClock();
  let elapsedMs = 0;
  const turns: (() => void)[] = [];
  const queue = new FairQueue(window, clock, { elapsedMs: () => elapsedMs, defer: (turn) => turns.push(turn) });
  const done: string[] = [];
  const run = (lane: Lane, name: string, lastsMs: number) =>
    queue.run(
      lane,
      () => {
        elapsedMs += lastsMs;
        done.push(name);
        return Promise.resolve();
      },
      () => new Error(`${name} is late`),
    );
  return { clock, queue, run, done, takeTurn: () => turns.shift()?.() };
}

describe("the fair queue", () => {
  test("reads at once what nobody stands before, for some milliseconds a turn", () => {
    const { run, done, takeTurn } = create();
    const lane = new Lane();
    for (const name of ["1", "2", "3"]) void run(lane, name, turnMs / 2);
    expect(done).toEqual(["1", "2"]);
    takeTurn();
    expect(done).toEqual(["1", "2", "3"]);
  });

  test("gives each key its turn, however many requests another one has", () => {
    const { run, done, takeTurn } = create();
    const [greedy, modest] = [new Lane(), new Lane()];
    for (let index = 0; index < 50; index += 1) void run(greedy, "greedy", turnMs);
    void run(modest, "modest", 1);
    takeTurn();
    takeTurn();
    expect(done).toEqual(["greedy", "greedy", "modest", "greedy"]);
  });

  test("does not read while connections are accepted, but now and then", () => {
    const { queue, run, done, takeTurn } = create();
    const lane = new Lane();
    const turns: number[] = [];
    for (let index = 0; index < 10; index += 1) void run(lane, String(index), turnMs);
    expect(done).toHaveLength(1);
    for (let turn = 1; turn <= 2 * (maxAcceptingTurns + 1); turn += 1) {
      queue.noteConnection();
      const before = done.length;
      takeTurn();
      if (done.length > before) turns.push(turn);
    }
    expect(turns).toEqual([maxAcceptingTurns + 1, 2 * (maxAcceptingTurns + 1)]);
    takeTurn();
    expect(done).toHaveLength(4);
  });

  test("tells how long a request of a busy key would wait, and that one of another key would not", async () => {
    const { clock, run, takeTurn } = create();
    const [busy, other] = [new Lane(), new Lane()];
    for (let index = 0; index < 80; index += 1) void run(busy, "busy", turnMs);
    for (let turn = 0; turn < 40; turn += 1) {
      await clock.runFor(30);
      takeTurn();
    }
    expect(busy.expectedWaitMs).toBeGreaterThan(39 * 25);
    expect(busy.expectedWaitMs).toBeLessThan(39 * 31);
    expect(other.expectedWaitMs).toBe(0);
  });

  test("waits for room in the stream, and goes on when there is some", () => {
    const window = new StreamWindow(1_024);
    const { queue, run, done, takeTurn } = create(window);
    window.started(1_024);
    void run(new Lane(), "waiting", 1);
    takeTurn();
    expect(done).toEqual([]);
    window.settled(1_024, 10, 0);
    queue.wake();
    takeTurn();
    expect(done).toEqual(["waiting"]);
  });

  test("tells those whose turn does not come that it is too late", async () => {
    const window = new StreamWindow(1_024);
    const { clock, run, done } = create(window);
    window.started(1_024);
    const late = run(new Lane(), "late", 1);
    const told = expect(late).rejects.toThrow("late is late");
    await clock.runFor(maxQueueMs + 500);
    await told;
    expect(done).toEqual([]);
  });
});

describe("the window of the stream", () => {
  test("grows while answers are quick and it was full, and shrinks when they are slow", () => {
    const window = new StreamWindow(20_000);
    const before = window.size;
    window.started(before);
    window.settled(before, 100, 1_000);
    expect(window.size).toBe(before * 1.5);
    window.settled(0, 5_000, 2_000);
    expect(window.size).toBeLessThan(before * 1.1);
    for (let nowMs = 3_000; nowMs < 10_000; nowMs += 500) window.settled(0, 5_000, nowMs);
    expect(window.size).toBe(1_024);
  });
});
