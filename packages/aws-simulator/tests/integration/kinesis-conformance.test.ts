import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { conformanceCases } from "../conformance/cases.ts";
import { type Observation, renderConformance, runConformance } from "../conformance/run-conformance.ts";

let observations: Observation[] = [];

beforeAll(async () => {
  observations = await runConformance();
}, 240_000);

describe("the Kinesis model answers as AWS does", () => {
  test.each(conformanceCases.map(({ title }, index) => [title, index] as const))("%s", (_, index) => {
    const { answers, conformanceCase } = observations[index]!;
    expect(answers.millrace).toBe(conformanceCase.aws);
  });
});

test("docs/conformance.md shows what the three emulators answer today", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/conformance.md"), "utf8");
  // Stale? node --conditions=@millrace/source scripts/conformance.ts
  expect(renderConformance(observations)).toBe(page);
});
