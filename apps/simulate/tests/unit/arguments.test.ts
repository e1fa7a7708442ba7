import { describe, expect, test } from "@jest/globals";
import { ArgumentError, readArguments } from "../../src/arguments.ts";

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

  test("explains itself when asked to", () => {
    expect(readArguments(["mutants", "--help"])).toMatchObject({ command: "help" });
  });

  test.each([
    [["--schedules", "many"], "Expected `--schedules` to be a whole number of at least 1"],
    [["--schedules", "0"], "Expected `--schedules`"],
    [["--seed", "-1"], "--seed"],
    [["--frobnicate"], "--frobnicate"],
    [["hunt"], 'Expected no command, `mutants`, `inputs` or `alarms`, got "hunt".'],
    [["mutants", "no-such-one"], 'There is no mutant "no-such-one".'],
  ])("refuses %j and says what was expected", (words, message) => {
    expect(() => readArguments(words)).toThrow(ArgumentError);
    expect(() => readArguments(words)).toThrow(message);
  });
});
