import { expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "../..", path), "utf8");

test("every error code is unique and stands in the README with what to do", () => {
  const codes = [...read("src/errors.ts").matchAll(/readonly code = "(\w+)"/g)].map(([, code]) => code);
  expect(codes).not.toHaveLength(0);
  expect(new Set(codes).size).toBe(codes.length);
  const documented = [...read("README.md").matchAll(/^\| `(INFRA_\w+)` \| [^|]+ \| [^|]+ \|$/gm)].map(
    ([, code]) => code,
  );
  expect(documented.toSorted()).toEqual(codes.toSorted());
});
