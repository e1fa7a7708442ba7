import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import type * as Recheck from "recheck";
import ts from "typescript-api";

const repository = join(import.meta.dirname, "../../../..");

/** The regular expressions that a source file is written with. */
function expressionsIn(file: string): { name: string; pattern: string; flags: string }[] {
  const found: ReturnType<typeof expressionsIn> = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      found.push({
        name: `${file}: ${node.text.length > 60 ? `${node.text.slice(0, 60)}…` : node.text}`,
        pattern: node.text.slice(1, end),
        // The others say where to look and what to return, not how to match.
        flags: node.text.slice(end + 1).replaceAll(/[dgy]/gu, ""),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(join(repository, file), "utf8"), ts.ScriptTarget.Latest, true));
  return found;
}

const files = globSync("{apps/enrichment,packages/enrichments,packages/sensitive-text}/src/**/*.ts", {
  cwd: repository,
}).sort();
const expressions = files.flatMap(expressionsIn);

// Senders choose the texts, up to a record's size (0013 tells why recheck).
describe("regular expressions match in linear time", () => {
  let checkSync: typeof Recheck.checkSync;
  beforeAll(async () => {
    process.env["RECHECK_BACKEND"] = "pure";
    ({ checkSync } = await import("recheck"));
  });

  test.each(expressions)("$name", ({ pattern, flags }) => {
    // Without a limit of time: what is found must not depend on how busy the machine is.
    expect(checkSync(pattern, flags, { timeout: null })).toMatchObject({ status: "safe" });
  });

  test("and one that does not would be found", () => {
    expect(checkSync(String.raw`[\w-]+\.[\w-]+`, "u", { timeout: null }).status).toBe("vulnerable");
  });

  test("and none is made of text but the patterns of contracts, which `pnpm schemas check` looks at", () => {
    expect(expressions.length).toBeGreaterThan(25);
    const making = files.filter((file) => readFileSync(join(repository, file), "utf8").includes("RegExp("));
    expect(making).toEqual(["apps/enrichment/src/privacy/privacy-state.ts"]);
  });
});
