import { expect, test } from "@jest/globals";
import { checkReadmes } from "../../src/index.ts";

const lines = (count: number) => "line\n".repeat(count);

function faultsOf(...texts: readonly (readonly [path: string, text: string])[]) {
  return checkReadmes(texts.map(([path, text]) => ({ path, text }))).map(({ file, line, code }) => [file, line, code]);
}

test("takes READMEs of 119 lines, and other pages of any length", () => {
  const faults = faultsOf(
    ["packages/a/README.md", lines(119)],
    ["infra/README.md", lines(119).trimEnd()],
    ["docs/long.md", lines(500)],
    ["packages/a/docs/README.md", lines(500)],
    ["README.md", lines(500)],
  );
  expect(faults).toEqual([]);
});

test.each(["packages/a/README.md", "apps/b/README.md", "infra/README.md"])("finds 120 lines in %s", (path) => {
  expect(faultsOf([path, lines(120)])).toEqual([[path, 120, "readme-length"]]);
});
