import { describe, expect, test } from "@jest/globals";
import { WrongUsageError } from "@millrace/command-line";
import { readArguments } from "../../src/arguments.ts";

describe("the command line", () => {
  test("runs a hundred schedules from seed 1 when nothing is said", () => {
    expect(readArguments([])).toMatchObject({
      command: "schedules",
      schedules: 100,
      seed: 1,
      events: 1000,
      isJson: false,
    });
  });

  test("takes the numbers and switches of the documentation", () => {
    expect(readArguments(["--schedules", "1000", "--seed", "7", "--json"])).toMatchObject({
      command: "schedules",
      schedules: 1000,
      seed: 7,
      isJson: true,
    });
    expect(readArguments(["--seed", "42", "--trace"])).toMatchObject({ command: "trace", seed: 42 });
    expect(readArguments(["mutants", "wrong-checkpoint"])).toMatchObject({
      command: "mutants",
      schedules: 200,
      mutants: ["wrong-checkpoint"],
    });
  });

  test("takes texts of names of troubles, and all troubles without one", () => {
    const troublesOf = (...texts: readonly string[]) => readArguments(["alarms", ...texts])?.troubles ?? [];
    const all = troublesOf();
    const some = troublesOf("crashes", "is paused");
    expect(some.length).toBeGreaterThan(2);
    expect(all.length).toBeGreaterThan(some.length);
    expect(some.every((name) => name.includes("crashes") || name.includes("is paused"))).toBe(true);
    expect(readArguments(["alarms", "crashes"])?.mutants).toEqual([]);
  });

  test("explains itself when asked to", () => {
    const printed: string[] = [];
    expect(readArguments(["mutants", "--help"], (text) => printed.push(text))).toBeUndefined();
    expect(printed.join("\n")).toContain("Usage: pnpm simulate [options] [command] [names...]");
  });

  test.each([
    [
      ["--schedules", "many"],
      "Option '--schedules <n>' argument 'many' is invalid. Expected a whole number of at least 1.",
    ],
    [["--schedules", "0"], "--schedules <n>"],
    [["--seed", "-1"], "--seed"],
    [["--frobnicate"], "--frobnicate"],
    [["hunt"], "argument value 'hunt' is invalid for argument 'command'. Allowed choices are mutants, inputs, alarms."],
    [["alarms", "no such one"], "No trouble has no such one in its name."],
    [["mutants", "no-such-one"], 'There is no mutant "no-such-one".'],
  ])("refuses %j and says what was expected", (words, message) => {
    expect(() => readArguments(words)).toThrow(WrongUsageError);
    expect(() => readArguments(words)).toThrow(message);
  });
});
