import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { builtApps } from "../../src/build/build-files.ts";
import { repositoryRoot } from "../../src/runtime/folders.ts";

const readText = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");

test("a start builds and watches every program that the synthesis builds before it", () => {
  const { tasks } = JSON.parse(readText("turbo.json")) as { tasks: { synth: { dependsOn: string[] } } };
  const names = tasks.synth.dependsOn.filter((task) => task.endsWith("#build")).map((task) => task.split("#")[0]);
  const built = builtApps.map((app) => (JSON.parse(readText(`${app}/package.json`)) as { name: string }).name);
  expect(names.length).toBeGreaterThan(0);
  expect(built).toEqual(expect.arrayContaining(names));
});
