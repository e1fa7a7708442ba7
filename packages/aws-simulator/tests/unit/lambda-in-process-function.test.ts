import { describe, expect, test } from "@jest/globals";
import {
  createRandom,
  type ExecutionEnvironment,
  type FunctionError,
  InProcessFunction,
  type InProcessFunctionOptions,
  type InvocationContext,
  OptionError,
  VirtualClock,
} from "../../src/index.ts";

interface Command {
  readonly text: string;
}

/** A service that stores what it is sent and answers 100 ms later. */
function createService(clock: VirtualClock) {
  const stored: string[] = [];
  return {
    stored,
    client: {
      send: async (command: Command): Promise<string> => {
        stored.push(command.text);
        await clock.sleep(100);
        return `stored ${command.text}`;
      },
    },
  };
}

function createFixture(options: Partial<InProcessFunctionOptions<{ texts: string[] }>> = {}) {
  const clock = new VirtualClock();
  const service = createService(clock);
  const answers: string[] = [];
  const environments: ExecutionEnvironment[] = [];
  const fn = new InProcessFunction<{ texts: string[] }>({
    functionName: "writer",
    clock,
    random: createRandom(1),
    createHandler: (environment) => {
      environments.push(environment);
      const client = environment.connect(service.client);
      return async ({ texts }) => {
        for (const text of texts) answers.push(await client.send({ text }));
        return texts.length;
      };
    },
    ...options,
  });
  return { clock, fn, service, answers, environments };
}

const event = { texts: ["a", "b", "c", "d", "e"] };

describe("a function in this process", () => {
  test("answers with what its handler returns, as JSON", async () => {
    const { clock, fn } = createFixture({ createHandler: () => () => ({ at: new Date(0), nothing: undefined }) });
    expect(await clock.run(fn.invoke(event))).toEqual({ at: "1970-01-01T00:00:00.000Z" });
    const silent = createFixture({ createHandler: () => () => undefined });
    expect(await silent.clock.run(silent.fn.invoke(event))).toBeNull();
  });

  test("gives the handler an event of its own", async () => {
    const given = { texts: ["a"] };
    const { clock, fn } = createFixture({ createHandler: () => (own) => own.texts.push("changed") });
    await clock.run(fn.invoke(given));
    expect(given.texts).toEqual(["a"]);
  });

  test("reuses its environment, and starts another for an invocation at the same time", async () => {
    const { clock, fn, environments } = createFixture();
    await clock.run(fn.invoke(event));
    await clock.run(fn.invoke(event));
    expect(environments).toHaveLength(1);
    await clock.run(Promise.all([fn.invoke(event), fn.invoke(event)]));
    expect(environments.map(({ id }) => id)).toEqual([1, 2]);
    expect(fn.stats()).toMatchObject({ invocations: 4, coldStarts: 2, errors: 0, inFlight: 0 });
  });

  test("takes its time to start and to begin", async () => {
    const { clock, fn } = createFixture({ initDurationMs: 300, invokeDelayMs: { min: 20, max: 20 } });
    const start = clock.now();
    await clock.run(fn.invoke({ texts: [] }));
    expect(clock.now() - start).toBe(320);
    await clock.run(fn.invoke({ texts: [] }));
    expect(clock.now() - start).toBe(340);
  });

  test("tells the handler who it is and how much time is left", async () => {
    let context: InvocationContext | undefined;
    const left: number[] = [];
    const { clock, fn } = createFixture({
      timeoutMs: 5_000,
      createHandler: (environment) => async (_event, given) => {
        context = given;
        left.push(given.getRemainingTimeInMillis());
        await new Promise<void>((resolve) => {
          environment.clock.setTimeout(resolve, 1_200);
        });
        left.push(given.getRemainingTimeInMillis());
      },
    });
    await clock.run(fn.invoke(event, { requestId: "r1" }));
    expect(left).toEqual([5_000, 3_800]);
    expect(context).toMatchObject({
      functionName: "writer",
      awsRequestId: "r1",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:writer",
      memoryLimitInMB: "128",
    });
  });

  test("reports what the handler throws, and keeps its environment", async () => {
    let calls = 0;
    const { clock, fn } = createFixture({
      createHandler: () => async () => {
        calls += 1;
        if (calls === 1) throw new TypeError("no");
        return calls;
      },
    });
    await expect(clock.run(fn.invoke(event))).rejects.toMatchObject({
      name: "FunctionError",
      code: "UNHANDLED",
      errorType: "TypeError",
      message: "no",
    });
    expect(await clock.run(fn.invoke(event))).toBe(2);
    expect(fn.stats()).toMatchObject({ errors: 1, coldStarts: 1 });
  });

  test("reports a handler that cannot be made, and tries anew", async () => {
    let isBroken = true;
    const { clock, fn } = createFixture({
      createHandler: () => {
        if (isBroken) throw new RangeError("bad configuration");
        return () => "ok";
      },
    });
    await expect(clock.run(fn.invoke(event))).rejects.toMatchObject({ code: "INIT_FAILED", errorType: "RangeError" });
    isBroken = false;
    expect(await clock.run(fn.invoke(event))).toBe("ok");
  });

  test("refuses more than its concurrency", async () => {
    const { clock, fn } = createFixture({ concurrency: 1 });
    const first = fn.invoke(event);
    await expect(fn.invoke(event)).rejects.toMatchObject({ name: "TooManyRequestsException" });
    await clock.run(first);
    expect(fn.stats()).toMatchObject({ throttles: 1, invocations: 1 });
  });

  test("ends an invocation that takes too long, with all that is going on in its environment", async () => {
    const { clock, fn, service, answers, environments } = createFixture({ timeoutMs: 250 });
    const start = clock.now();
    await expect(clock.run(fn.invoke(event))).rejects.toMatchObject({
      code: "TIMED_OUT",
      errorType: "Sandbox.Timedout",
      message: expect.stringContaining("Task timed out after 0.25 seconds"),
    });
    expect(clock.now() - start).toBe(250);
    await clock.runFor(10_000);
    expect(service.stored).toEqual(["a", "b", "c"]);
    expect(answers).toEqual(["stored a", "stored b"]);
    await clock.run(fn.invoke({ texts: [] }));
    expect(environments).toHaveLength(2);
    expect(fn.stats()).toMatchObject({ timeouts: 1, coldStarts: 2 });
  });
});

describe("the environment between invocations", () => {
  test("stands still: its timers fire when it goes on", async () => {
    const fired: number[] = [];
    const { clock, fn } = createFixture({
      createHandler: (environment) => {
        const start = environment.clock.now();
        return ({ texts }) => {
          if (texts.length > 0) {
            environment.clock.setTimeout(() => fired.push(environment.clock.now() - start), 1_000);
            const cancelled = environment.clock.setTimeout(() => fired.push(-1), 1_000);
            environment.clock.clearTimeout(cancelled);
          }
        };
      },
    });
    await clock.run(fn.invoke({ texts: ["set"] }));
    await clock.runFor(60_000);
    expect(fired).toEqual([]);
    await clock.run(fn.invoke({ texts: [] }));
    expect(fired).toEqual([60_000]);
  });

  test("hears the answers to its calls when it goes on", async () => {
    const answers: string[] = [];
    const { clock, fn, service } = createFixture();
    const lingering = new InProcessFunction<{ texts: string[] }>({
      functionName: "lingering",
      clock,
      createHandler: (environment) => {
        const client = environment.connect(service.client);
        return ({ texts }) => {
          for (const text of texts) void client.send({ text }).then((answer) => answers.push(answer));
        };
      },
    });
    await clock.run(lingering.invoke({ texts: ["a"] }));
    await clock.runFor(1_000);
    expect([service.stored, answers]).toEqual([["a"], []]);
    await clock.run(lingering.invoke({ texts: [] }));
    expect(answers).toEqual(["stored a"]);
    expect(fn.stats().invocations).toBe(0);
  });

  test("has a clock of its own that may be wrong", async () => {
    const { clock, fn, environments } = createFixture({ maxClockSkewMs: 5_000, random: createRandom(4) });
    await clock.run(Promise.all(Array.from({ length: 20 }, () => fn.invoke({ texts: ["x"] }))));
    const skews = environments.map((environment) => environment.clock.now() - clock.now());
    expect(skews).toHaveLength(20);
    expect(Math.min(...skews)).toBeLessThan(-1_000);
    expect(Math.max(...skews)).toBeGreaterThan(1_000);
    expect(skews.every((skew) => Math.abs(skew) <= 5_000)).toBe(true);
  });
});

describe("faults", () => {
  test("crashBefore: nothing is written, and the error says so", async () => {
    const { clock, fn, service } = createFixture({ faults: { crashBefore: 1 } });
    await expect(clock.run(fn.invoke(event))).rejects.toMatchObject({ code: "EXITED", errorType: "Runtime.ExitError" });
    await clock.runFor(10_000);
    expect(service.stored).toEqual([]);
    expect(fn.stats()).toMatchObject({ errors: 1, faults: { crashBefore: 1 } });
  });

  test("crashAfter: everything is written, and the answer is lost", async () => {
    const { clock, fn, service } = createFixture({ faults: { crashAfter: 1 } });
    await expect(clock.run(fn.invoke(event))).rejects.toMatchObject({ code: "EXITED" });
    expect(service.stored).toEqual(event.texts);
  });

  test("crashDuring: some of it is written, sometimes without an answer, and nothing comes after", async () => {
    const written = new Set<number>();
    let unanswered = 0;
    for (let seed = 0; seed < 40; seed += 1) {
      const { clock, fn, service, answers } = createFixture({ faults: { crashDuring: 1 }, random: createRandom(seed) });
      await expect(clock.run(fn.invoke(event))).rejects.toMatchObject({ code: "EXITED" });
      await clock.runFor(10_000);
      written.add(service.stored.length);
      if (service.stored.length > answers.length) unanswered += 1;
      expect(service.stored.length - answers.length).toBeLessThanOrEqual(1);
    }
    expect([...written].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(unanswered).toBeGreaterThan(10);
    expect(unanswered).toBeLessThan(40);
  });

  test("hang: nothing goes on until the time is over", async () => {
    const { clock, fn, service } = createFixture({ faults: { hang: 1 }, timeoutMs: 60_000 });
    const start = clock.now();
    await expect(clock.run(fn.invoke(event))).rejects.toMatchObject({ code: "TIMED_OUT" });
    expect(clock.now() - start).toBe(60_000);
    expect(service.stored.length).toBeLessThan(5);
    expect(fn.stats()).toMatchObject({ timeouts: 1, faults: { hang: 1 } });
  });

  test("initFailure: the handler is never made", async () => {
    const { clock, fn, environments } = createFixture({ faults: { initFailure: 1 } });
    await expect(clock.run(fn.invoke(event))).rejects.toMatchObject({ code: "INIT_FAILED" });
    expect(environments).toEqual([]);
  });

  test("recycle: what the handler remembered is gone", async () => {
    const { clock, fn } = createFixture({
      faults: { recycle: 1 },
      createHandler: () => {
        let count = 0;
        return () => ++count;
      },
    });
    expect([await clock.run(fn.invoke(event)), await clock.run(fn.invoke(event))]).toEqual([1, 1]);
    expect(fn.stats()).toMatchObject({ coldStarts: 2, faults: { recycle: 1 } });
  });

  test("come at the same places for the same seed", async () => {
    const run = async (seed: number) => {
      const faults = {
        crashBefore: 0.1,
        crashDuring: 0.2,
        crashAfter: 0.1,
        hang: 0.05,
        recycle: 0.2,
        initFailure: 0.1,
      };
      const { clock, fn, service } = createFixture({ random: createRandom(seed), faults });
      const outcomes: string[] = [];
      for (let index = 0; index < 50; index += 1) {
        outcomes.push(
          await clock.run(fn.invoke(event)).then(String, (error: unknown) => (error as FunctionError).code),
        );
      }
      return { outcomes, stored: service.stored, stats: fn.stats() };
    };
    expect(await run(7)).toEqual(await run(7));
    expect((await run(7)).outcomes).not.toEqual((await run(8)).outcomes);
  });

  test.each([
    ["faults.crashBefore", { crashBefore: 2 }],
    ["faults.recycle", { recycle: -0.1 }],
    ["faults", { crashBefore: 0.6, crashAfter: 0.6 }],
  ])("refuse impossible rates: %s", (option, faults) => {
    expect(() => createFixture({ faults })).toThrow(OptionError);
    expect(() => createFixture({ faults })).toThrow(`\`${option}\``);
  });
});
