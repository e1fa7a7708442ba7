import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { VirtualClock } from "@millrace/aws-simulator";
import { FairQueue, Lane } from "../../../src/admission/fair-queue.ts";
import { StreamWindow } from "../../../src/admission/stream-window.ts";
import {
  INITIAL_WINDOW_BYTES,
  MAX_ACCEPTING_TURNS,
  MAX_QUEUE_MS,
  MIN_WINDOW_BYTES,
  REQUEST_COST_BYTES,
  ROUND_CREDIT_BYTES,
  TURN_MS,
} from "../../../src/limits.ts";

/** A loop whose turns the test takes. Each piece of work has its own duration. */
function create(window = new StreamWindow(2 * INITIAL_WINDOW_BYTES)) {
  const clock = new VirtualClock();
  let elapsedMs = 0;
  const turns: (() => void)[] = [];
  const queue = new FairQueue(window, clock, { elapsedMs: () => elapsedMs, defer: (turn) => turns.push(turn) });
  const run = (lane: Lane, lastsMs: number, bytes = 0, onRun = () => {}) =>
    queue.run(
      lane,
      bytes,
      () => {
        elapsedMs += lastsMs;
        onRun();
        return Promise.resolve();
      },
      () => new Error("late"),
    );
  const done: string[] = [];
  const runNamed = (lane: Lane, name: string, lastsMs: number, bytes = 0) =>
    run(lane, lastsMs, bytes, () => done.push(name));
  return { clock, queue, run, runNamed, done, takeTurn: () => turns.shift()?.() };
}

describe("the fair queue", () => {
  test("reads at once what nobody stands before, for some milliseconds a turn", () => {
    const { runNamed, done, takeTurn } = create();
    const lane = new Lane();
    for (const name of ["1", "2", "3"]) void runNamed(lane, name, TURN_MS / 2);
    expect(done).toEqual(["1", "2"]);
    takeTurn();
    expect(done).toEqual(["1", "2", "3"]);
  });

  test("gives each key its turn, however many requests another one has", () => {
    const { runNamed, done, takeTurn } = create();
    const [greedy, modest] = [new Lane(), new Lane()];
    const costs = ROUND_CREDIT_BYTES - REQUEST_COST_BYTES;
    for (let index = 0; index < 50; index += 1) void runNamed(greedy, "greedy", TURN_MS, costs);
    void runNamed(modest, "modest", 1, costs);
    takeTurn();
    takeTurn();
    expect(done).toEqual(["greedy", "greedy", "modest", "greedy"]);
  });

  test("gives keys the same bytes, whatever the sizes of their requests", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 2_000_000 }), { minLength: 20, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 2, maxLength: 4 }), (keys) => {
        const { run, takeTurn } = create();
        const read = keys.map(() => 0);
        const left = keys.map((bodies) => bodies.length);
        // Something stands before the first: it would be read at once.
        void run(new Lane(), TURN_MS);
        for (const [key, bodies] of keys.entries()) {
          const lane = new Lane();
          for (const bytes of bodies) {
            void run(lane, TURN_MS, bytes, () => {
              read[key] = (read[key] ?? 0) + bytes + REQUEST_COST_BYTES;
              left[key] = (left[key] ?? 0) - 1;
            });
          }
        }
        const largest = Math.max(...keys.flat()) + REQUEST_COST_BYTES;
        while (left.every((requests) => requests > 0)) {
          takeTurn();
          expect(Math.max(...read) - Math.min(...read)).toBeLessThanOrEqual(largest + ROUND_CREDIT_BYTES);
        }
      }),
    );
  });

  test("does not read while connections are accepted, but now and then", () => {
    const { queue, runNamed, done, takeTurn } = create();
    const lane = new Lane();
    const turns: number[] = [];
    for (let index = 0; index < 10; index += 1) void runNamed(lane, String(index), TURN_MS);
    expect(done).toHaveLength(1);
    for (let turn = 1; turn <= 2 * (MAX_ACCEPTING_TURNS + 1); turn += 1) {
      queue.noteConnection();
      const before = done.length;
      takeTurn();
      if (done.length > before) turns.push(turn);
    }
    expect(turns).toEqual([MAX_ACCEPTING_TURNS + 1, 2 * (MAX_ACCEPTING_TURNS + 1)]);
    takeTurn();
    expect(done).toHaveLength(4);
  });

  test("tells how long a request of a busy key would wait, and that one of another key would not", async () => {
    const { clock, run, takeTurn } = create();
    const [busy, other] = [new Lane(), new Lane()];
    for (let index = 0; index < 80; index += 1) void run(busy, TURN_MS);
    for (let turn = 0; turn < 40; turn += 1) {
      await clock.runFor(30);
      takeTurn();
    }
    expect(busy.expectedWaitMs).toBeGreaterThan(39 * 25);
    expect(busy.expectedWaitMs).toBeLessThan(39 * 31);
    expect(other.expectedWaitMs).toBe(0);
  });

  test("waits for room in the stream, and goes on when there is some", () => {
    const window = new StreamWindow(MIN_WINDOW_BYTES);
    const { queue, runNamed, done, takeTurn } = create(window);
    window.started(MIN_WINDOW_BYTES);
    void runNamed(new Lane(), "waiting", 1);
    takeTurn();
    expect(done).toEqual([]);
    window.settled(MIN_WINDOW_BYTES, 10, 0);
    queue.wake();
    takeTurn();
    expect(done).toEqual(["waiting"]);
  });

  test("tells those whose turn does not come that it is too late", async () => {
    const window = new StreamWindow(MIN_WINDOW_BYTES);
    const { clock, run } = create(window);
    let isRun = false;
    window.started(MIN_WINDOW_BYTES);
    const late = run(new Lane(), 1, 0, () => {
      isRun = true;
    });
    const told = expect(late).rejects.toThrow("late");
    await clock.runFor(MAX_QUEUE_MS + 500);
    await told;
    expect(isRun).toBe(false);
  });
});

describe("the window of the stream", () => {
  test("grows while answers are quick and it was full, and shrinks when they are slow", () => {
    const window = new StreamWindow(2 * INITIAL_WINDOW_BYTES);
    const before = window.size;
    window.started(before);
    window.settled(before, 100, 1_000);
    expect(window.size).toBe(before * 1.5);
    window.settled(0, 5_000, 2_000);
    expect(window.size).toBeLessThan(before * 1.1);
    for (let nowMs = 3_000; nowMs < 10_000; nowMs += 500) window.settled(0, 5_000, nowMs);
    expect(window.size).toBe(MIN_WINDOW_BYTES);
  });
});
