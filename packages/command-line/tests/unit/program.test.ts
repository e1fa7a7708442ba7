import { describe, expect, test } from "@jest/globals";
import {
  createProgram,
  numberBetween,
  Option,
  parseProgram,
  positiveNumber,
  together,
  runCommands,
  WrongUsageError,
  wholeNumber,
} from "../../src/index.ts";

function read(...args: string[]) {
  const printed: string[] = [];
  const program = createProgram("capacity", (text) => printed.push(text))
    .description("Says what each part carries.")
    .option("--rate <n>", "events a second", positiveNumber)
    .option("--seed <n>", "of the traffic", wholeNumber(1), 1)
    .option("--share <percent>", "of what is free", numberBetween(0.1, 100))
    .addOption(new Option("--format <form>", "form of the answer").choices(["text", "json"] as const))
    .option("--report <file>", "write the report")
    .option("--consumer <folder>", "may be given several times", together)
    .option("--exit", "end afterwards");
  const isRead = parseProgram(program, args);
  return { isRead, values: program.opts(), printed: printed.join("\n") };
}

describe("a program without commands", () => {
  test("reads its options", () => {
    expect(read("--rate", "2.5", "--seed=7", "--format", "json", "--exit").values).toEqual({
      rate: 2.5,
      seed: 7,
      format: "json",
      exit: true,
    });
    expect(read()).toMatchObject({ isRead: true, values: { seed: 1 }, printed: "" });
  });

  test("keeps all values of an option that may be given several times", () => {
    expect(read("--consumer", "b", "--consumer=a").values).toEqual({ seed: 1, consumer: ["b", "a"] });
  });

  test("prints its help from the options that it reads", () => {
    const { isRead, printed } = read("--rate", "3", "-h");
    expect(isRead).toBe(false);
    expect(printed).toMatch(/^Usage: pnpm capacity \[options]\n\nSays what each part carries\.\n/);
    expect(printed).toContain('--format <form>      form of the answer (choices: "text", "json")');
  });

  test.each([
    [["--rat", "3"], "Unknown option '--rat'\n(Did you mean --rate?)"],
    [["--rate"], "Option '--rate <n>' argument missing"],
    [["--rate", "0"], "Option '--rate <n>' argument '0' is invalid. Expected a number above 0."],
    [["--rate", "Infinity"], "Expected a number above 0."],
    [["--seed", "0"], "Option '--seed <n>' argument '0' is invalid. Expected a whole number of at least 1."],
    [["--seed", "1.5"], "Expected a whole number of at least 1."],
    [["--share", "101"], "Expected a number from 0.1 to 100."],
    [["--share="], "Expected a number from 0.1 to 100."],
    [["--format", "yaml"], "Allowed choices are text, json."],
    [["--report", "--exit"], "Option '--report <file>' misses its value: --exit is an option."],
    [["day"], "Too many arguments. Expected 0 arguments but got 1."],
    [["--", "--exit"], "Too many arguments."],
  ])("refuses %j and says where help is", (args, message) => {
    expect(() => read(...args)).toThrow(WrongUsageError);
    expect(() => read(...args)).toThrow(message);
    expect(() => read(...args)).toThrow("pnpm capacity --help lists the options.");
  });
});

describe("a program with commands", () => {
  async function run(...args: string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const output = { out: (text: string) => out.push(text), err: (text: string) => err.push(text) };
    const program = createProgram("routes", output.out);
    const code = await runCommands(program, args, output, (end) => {
      program
        .command("check")
        .description("Checks the documents.")
        .argument("[folder]")
        .option("--base <ref>", "compare with this")
        .option("--json", "as JSON")
        .action((folder, { json }) => {
          out.push(`${folder} ${json}`);
          return end(Promise.resolve(folder === "broken" ? 1 : 0));
        });
      program.command("fail").action(() => {
        throw new Error("The disk is full.");
      });
    });
    return { code, out: out.join("\n"), err: err.join("\n") };
  }

  test("ends with the exit code of the action", async () => {
    expect(await run("check", "broken", "--json")).toEqual({ code: 1, out: "broken true", err: "" });
    expect(await run("check")).toEqual({ code: 0, out: "undefined undefined", err: "" });
  });

  test.each([[[]], [["help"]], [["--help"]]])("lists its commands after %j", async (args) => {
    expect(await run(...args)).toMatchObject({
      code: 0,
      out: expect.stringContaining("check [options] [folder]"),
      err: "",
    });
  });

  test.each([[["help", "check"]], [["check", "--help"]]])("prints the help of one command after %j", async (args) => {
    expect(await run(...args)).toMatchObject({
      code: 0,
      out: expect.stringContaining("Usage: pnpm routes check [options]"),
    });
  });

  test.each([
    [["chek"], "Unknown command 'chek'\n(Did you mean check?)\npnpm routes --help lists the options."],
    [
      ["check", "--bas", "main"],
      "Unknown option '--bas'\n(Did you mean --base?)\npnpm routes check --help lists the options.",
    ],
    [["check", "a", "b"], "Too many arguments for 'check'. Expected 1 argument but got 2."],
    [
      ["check", "--base", "--json"],
      "Option '--base <ref>' misses its value: --json is an option.\npnpm routes check --help lists the options.",
    ],
  ])("refuses %j with code 2 and runs nothing", async (args, message) => {
    expect(await run(...args)).toEqual({ code: 2, out: "", err: expect.stringContaining(message) });
  });

  test("leaves what an action throws to the caller", async () => {
    await expect(run("fail")).rejects.toThrow("The disk is full.");
  });
});
