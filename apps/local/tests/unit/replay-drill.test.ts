import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repositoryRoot } from "../../src/runtime/folders.ts";
import { enrichFile, rightCall } from "../replay/run-replay-drill.ts";

test("the call that the drill of replays makes faulty stands once in its file", () => {
  expect(readFileSync(join(repositoryRoot, enrichFile), "utf8").split(rightCall)).toHaveLength(2);
});
