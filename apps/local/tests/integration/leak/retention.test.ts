/** `docs/privacy.md` says how long clear data lies where. Needs `pnpm synth` before. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "@jest/globals";
import { defaultStackPath, repositoryRoot } from "../../../src/runtime/folders.ts";
import type { Stack } from "../run-pipeline.ts";

const rows = readFileSync(join(repositoryRoot, "docs", "privacy.md"), "utf8").matchAll(
  /^\| `(?<environment>\w+)` \| (?<rawHours>\d+) h \| (?<deadLetterDays>\d+) d \|$/gm,
);

function retentionIn(environment: string) {
  const path = join(dirname(dirname(defaultStackPath)), environment, "cdk.tf.json");
  const { resource } = JSON.parse(readFileSync(path, "utf8")) as Stack;
  const rules = resource["aws_s3_bucket_lifecycle_configuration"]?.["dead_letters_lifecycle"]?.["rule"] as {
    expiration?: { days: number }[];
  }[];
  return {
    environment,
    rawHours: String(resource["aws_kinesis_stream"]?.["raw"]?.["retention_period"]),
    deadLetterDays: String(rules.flatMap(({ expiration }) => expiration ?? [])[0]?.days),
  };
}

test("the table of retentions is that of the synthesized stacks", () => {
  const documented = Array.from(rows, ({ groups }) => ({ ...groups }));
  expect(documented.length).toBeGreaterThan(0);
  expect(documented).toEqual(documented.map(({ environment = "" }) => retentionIn(environment)));
});
