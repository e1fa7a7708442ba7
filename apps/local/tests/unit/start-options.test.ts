import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { parseStartOptions } from "../../src/options.ts";

afterEach(() => {
  jest.restoreAllMocks();
});

describe("the options of `pnpm start`", () => {
  test("are the same for a start that names none, whose options are not read, as by the command line's defaults", async () => {
    expect(await parseStartOptions([])).toEqual(await parseStartOptions(["--"]));
    expect(await parseStartOptions(["--follow"])).toEqual(await parseStartOptions(["--", "--follow"]));
    expect(await parseStartOptions(["--follow"])).toMatchObject({ isFollowing: true, rate: 20, hasCanaries: true });
  });

  test("come after the -- that pnpm passes on as well", async () => {
    const options = await parseStartOptions([
      "--follow",
      "--",
      "--events",
      "10",
      "--exit",
      "--keep=2",
      "--no-canaries",
    ]);
    expect(options).toMatchObject({
      events: 10,
      isExit: true,
      rate: 500,
      maxStreamBytes: 2_097_152,
      hasCanaries: false,
      seed: 1,
      settleSeconds: 30,
    });
  });

  test("are printed when help is asked for", async () => {
    const log = jest.spyOn(console, "log").mockImplementation(() => undefined);
    expect(await parseStartOptions(["--follow", "--help"])).toBeUndefined();
    expect(log.mock.calls.join("\n")).toContain("Usage: pnpm start [options]");
  });

  test.each([
    [["--rat", "5"], "Unknown option '--rat'\n(Did you mean --rate?)"],
    [["--rate", "-5"], "Option '--rate <n>' argument '-5' is invalid. Expected a whole number of at least 0."],
    [["--port", "65536"], "Expected a whole number from 0 to 65535."],
    [["--poll", "100"], "Expected a whole number of at least 200."],
    [["--exit"], "--exit needs --events"],
    [["--consumer", "fraud"], 'got "fraud": there is no cdk.tf.json there.'],
    [["now"], "Too many arguments. Expected 0 arguments but got 1."],
  ])("refuse %j", async (args, message) => {
    await expect(parseStartOptions(args)).rejects.toThrow(message);
  });
});
