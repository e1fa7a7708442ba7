/** The README's commands are run as written, in a folder that holds the README's document and nothing else. */
import { beforeAll, expect, test } from "@jest/globals";
import { Readme } from "@millrace/jest-preset/readme";
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { routeDocumentSchema } from "@millrace/routes";
import { run, temporaryFolder } from "../support/run.ts";

const root = join(import.meta.dirname, "../..");
const readme = new Readme(root);
const [, document = ""] = /```json\n([^]*?)```/.exec(readme.text) ?? [];
const [, session = ""] = /```console\n([^]*?)```/.exec(readme.text) ?? [];
const steps = session
  .split("$ pnpm routes ")
  .slice(1)
  .map((step) => {
    const [command = "", ...output] = step.split("\n");
    return { command, output: output.join("\n") };
  });

let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, "routes"));
  writeFileSync(join(folder, "routes/recommendations.json"), document);
});

/** Numbers that differ from one machine, or one day of this repository, to the other. */
const steady = (text: string): string => text.replace(/\d+ contracts/, "n contracts").replace(/\(\d+ ms\)/, "(n ms)");

test("there are steps to take", () => expect(steps.length).toBeGreaterThan(3));

test.each(steps)("pnpm routes $command", ({ command, output }) => {
  const [call = "", file] = command.split(" > ");
  const program = ["--conditions=@millrace/source", join(root, "src/cli/main.ts"), ...call.split(" ")];
  const printed = execFileSync(process.execPath, program, { cwd: folder, encoding: "utf8" });
  if (file !== undefined) writeFileSync(join(folder, file), printed);
  expect(steady(file === undefined ? printed : "")).toBe(steady(output));
});

test("every command is in the README", async () => {
  const { out } = await run("--help");
  const [, list = ""] = out.split("Commands:");
  const commands = [...list.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name).filter((name) => name !== "help");
  const named = readme.namesUnder("Commands").map((name) => name.split(" ")[0]);
  expect(named.toSorted()).toEqual(commands.toSorted());
});

test("every rule of check is in the README, and no other", () => {
  const sources = globSync("{src/{analysis,check},../routes/src/{document,destinations}}/*.ts", { cwd: root })
    .map((file) => readFileSync(join(root, file), "utf8"))
    .join("\n");
  const rules = [...sources.matchAll(/rule: (?:\w+ \? "([a-z-]+)" : )?"([a-z-]+)"/g)].flatMap(([, first, second]) =>
    first === undefined ? [second] : [first, second],
  );
  const named = readme.namesUnder("Errors of `check`").filter((name) => name !== "schema-…");
  // `impossible-type`, `-value` stands for two that begin alike.
  let first = "";
  const full = named.map((name) => {
    if (!name.startsWith("-")) first = name.split("-")[0] ?? "";
    return name.startsWith("-") ? first + name : name;
  });
  expect([...new Set(rules)].toSorted()).toEqual(full.toSorted());
});

test("every property of a route is in the README", () => {
  const { properties } = routeDocumentSchema.properties.routes.items;
  const named = readme.namesUnder("Options of a route").map((name) => name.split(".")[0]);
  const described = new Set(["name", "description", ...named.filter((name) => name !== "")]);
  expect([...described].toSorted()).toEqual(Object.keys(properties).toSorted());
});
