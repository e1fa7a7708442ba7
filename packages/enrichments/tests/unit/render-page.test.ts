import { describe, expect, test } from "@jest/globals";
import { enrichmentDefinitions } from "../../src/index.ts";
import { renderEnrichmentsPage } from "../../src/schemas.ts";

const sections = new Map(
  renderEnrichmentsPage()
    .split("\n## ")
    .slice(1)
    .map((text): [string, string] => [text.slice(0, text.indexOf("\n")), text]),
);

const propertiesOf = (schema: unknown) =>
  Object.keys((schema as { readonly properties?: object } | undefined)?.properties ?? {});

/** Name and meaning of each row of a section's table. */
function rowsOf(name: string, table: "adds" | "option"): [string, string][] {
  const [, rows = ""] =
    new RegExp(`\\| ${table} \\| \\|\\n\\|---\\|---\\|\\n((?:\\|.*\\n?)*)`).exec(sections.get(name) ?? "") ?? [];
  return [...rows.matchAll(/^\| (?:\*\*)?`(\w+)`(?:\*\*)? \| (.*) \|$/gm)].map(([, property = "", meaning = ""]) => [
    property,
    meaning,
  ]);
}

describe("the page has a section", () => {
  test("for every enrichment there is, and for no other", () => {
    expect([...sections.keys()]).toEqual(enrichmentDefinitions.map(({ name }) => name));
  });

  test.each(enrichmentDefinitions)(
    "for $name with all that it adds and every option, each with its meaning",
    (each) => {
      const [added, options] = [rowsOf(each.name, "adds"), rowsOf(each.name, "option")];
      expect(added.map(([name]) => name)).toEqual(propertiesOf(each.result));
      expect(added).not.toEqual([]);
      expect(options.map(([name]) => name)).toEqual(propertiesOf(each.options));
      for (const [, meaning] of [...added, ...options]) expect(meaning).not.toBe("");
    },
  );
});
