import { loadRegistry } from "@millrace/contract-tools/registry";
import { describe, expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Fault, parseRouteDocument } from "@millrace/routes";
import { checkRoutes } from "../../src/index.ts";

const folder = join(import.meta.dirname, "../documents");
const registry = loadRegistry(join(folder, "schemas"));
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Record<
  string,
  { rule: string; pointer: string }[]
>;
const filesIn = (kind: string): string[] => readdirSync(join(folder, kind)).sort();

/** Everything that reading and checking one document finds. */
function check(kind: string, name: string): Fault[] {
  const file = join(folder, kind, name);
  const { value, errors, warnings } = parseRouteDocument(readFileSync(file, "utf8"), file);
  const documents = value === undefined ? [] : [{ file, document: value }];
  return checkRoutes({ documents, faults: [...errors, ...warnings] }, registry);
}

describe("prepared wrong documents", () => {
  test("are at least forty, each with what is expected of it", () => {
    expect(filesIn("wrong").length).toBeGreaterThanOrEqual(40);
    expect(filesIn("wrong")).toEqual(
      Object.keys(expected)
        .sort()
        .map((name) => `${name}.json`),
    );
  });

  test.each(filesIn("wrong"))(
    "%s is refused for the right reason, at the right place, and for nothing else",
    (name) => {
      const faults = check("wrong", name).filter(({ severity }) => severity === "error");
      expect(faults.map(({ rule, pointer }) => ({ rule, pointer }))).toEqual(expected[name.replace(".json", "")]);
      for (const { message, fix, file } of faults) {
        expect(message).toMatch(/^\S.*\.$/);
        expect(fix).toMatch(/\S/);
        expect(file).toContain(name);
      }
    },
  );
});

test("a file that is no JSON is refused as a whole", () => {
  expect(parseRouteDocument('{ "application": "x",\n  "owner": \n}', "x.json").errors).toMatchObject([
    { rule: "json", pointer: "", file: "x.json", severity: "error" },
  ]);
});

describe("prepared right documents", () => {
  test("are at least fifteen", () => expect(filesIn("right").length).toBeGreaterThanOrEqual(15));

  test.each(filesIn("right"))("%s passes without a word", (name) => expect(check("right", name)).toEqual([]));
});
