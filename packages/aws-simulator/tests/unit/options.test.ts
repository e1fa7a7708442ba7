import { describe, expect, test } from "@jest/globals";
import {
  EventSourceMapping,
  type EventSourceMappingOptions,
  Faults,
  type FaultRates,
  type FunctionFaultRates,
  InProcessFunction,
  Kinesis,
  OptionError,
  VirtualClock,
} from "../../src/index.ts";

const refused = (message: string) => expect.objectContaining({ code: "INVALID_OPTION", message });

describe("rates of faults that would do something else than is meant, or nothing, are refused", () => {
  test.each<[object, string]>([
    [{ recordThrottle: 2 }, "Expected `rates.recordThrottle` to be a number from 0 to 1, got 2 (number)."],
    [{ resetAfter: -0.1 }, "Expected `rates.resetAfter` to be a number from 0 to 1, got -0.1 (number)."],
    [{ slow: Number.NaN }, "Expected `rates.slow` to be a number from 0 to 1, got NaN (number)."],
    [
      { slowMs: { min: 10, max: 1 } },
      "Expected `rates.slowMs.max` to be a number from 10 to 9007199254740991, got 1 (number).",
    ],
    [
      { reshardEveryMs: 0 },
      "Expected `rates.reshardEveryMs` to be a number from 1 to 9007199254740991, got 0 (number).",
    ],
    [
      { reshardMaxShards: 0 },
      "Expected `rates.reshardMaxShards` to be a whole number from 1 to 9007199254740991, got 0 (number).",
    ],
  ])("%p", (rates, message) => {
    const create = () => new Faults({ seed: 1, rates });
    expect(create).toThrow(OptionError);
    expect(create).toThrow(refused(message));
    expect(() => new Faults({ seed: 1, rates: {} }).set(rates as FaultRates)).toThrow(refused(message));
  });

  test("a name that is misspelt", () => {
    const create = () => new Faults({ seed: 1, rates: { recordThrotle: 0.1 } as FaultRates });
    expect(create).toThrow(
      expect.objectContaining({ option: "rates", message: expect.stringContaining("recordThrotle") }),
    );
    const createHandler = () => async () => undefined;
    const faults = { crashBfore: 0.1 } as FunctionFaultRates;
    expect(() => new InProcessFunction({ functionName: "f", createHandler, faults })).toThrow(
      expect.objectContaining({ option: "faults", message: expect.stringContaining("crashBfore") }),
    );
  });

  test("what is undefined is left out", () => {
    const rates = { recordThrottle: undefined } as object;
    expect(() => new Faults({ seed: 1, rates })).not.toThrow();
  });
});

describe("a stream made the short way obeys the rules of CreateStream", () => {
  test.each<[object, string]>([
    [{ streamName: "no spaces" }, "Value 'no spaces' at 'streamName' failed to satisfy constraint"],
    [{}, "Value null at 'streamName' failed to satisfy constraint: Member must not be null"],
    [{ streamName: "s", shardCount: 0 }, "Value '0' at 'shardCount' failed to satisfy constraint"],
    [{ streamName: "s", mode: "FREE" }, "Value 'FREE' at 'streamModeDetails.streamMode' failed to satisfy constraint"],
  ])("%p", (options, message) => {
    const create = () => new Kinesis().createStream(options as { streamName: string });
    expect(create).toThrow(
      expect.objectContaining({ code: "ValidationException", message: expect.stringContaining(message) }),
    );
  });
});

describe("what a component cannot do without is asked for when it is made", () => {
  test("a mapping its function, a function its handler", () => {
    const mapping = { kinesis: new Kinesis(), streamArn: "arn" } as unknown as EventSourceMappingOptions;
    expect(() => new EventSourceMapping(mapping)).toThrow(
      refused("Expected `invoke` to be a function, got undefined (undefined)."),
    );
    const options = { functionName: "f" } as ConstructorParameters<typeof InProcessFunction>[0];
    expect(() => new InProcessFunction(options)).toThrow(
      refused("Expected `createHandler` to be a function, got undefined (undefined)."),
    );
  });

  test("a client latencies and a timeout that can be", () => {
    const kinesis = new Kinesis();
    expect(() => kinesis.client({ latencyMs: { min: 5, max: 1 } })).toThrow(OptionError);
    expect(() => kinesis.client({ requestTimeoutMs: 0 })).toThrow(OptionError);
  });

  test("a virtual clock a time to run to: without one it would never stop", async () => {
    const clock = new VirtualClock();
    const poll = () => clock.setTimeout(poll, 1000);
    poll();
    await expect(clock.runFor(Number.NaN)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    expect(clock.pendingTimers).toBe(1);
  });
});

test.each(["filterCriteria", "tumblingWindowInSeconds"])(
  "a mapping refuses %s, which it would have to ignore",
  (name) => {
    const mapping = {
      kinesis: new Kinesis(),
      streamArn: "arn",
      invoke: async () => undefined,
      [name]: { Filters: [] },
    };
    expect(() => new EventSourceMapping(mapping)).toThrow(`Expected \`${name}\` to be left out`);
  },
);
