import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Readme } from "@millrace/jest-preset/readme";
import { enrichmentDefinitions } from "../../src/index.ts";

const readme = new Readme(join(import.meta.dirname, "../.."));
const names = enrichmentDefinitions.map(({ name }) => name);

const inBackticks = (cell = "") => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = ""]) => name);
const rows = readme.tableUnder("Enrichments").map(([first, second, third]) => ({
  names: inBackticks(first),
  meaning: second ?? "",
  options: inBackticks(third),
}));
const isOfEnrichment = (row: (typeof rows)[number]) => row.names.some((name) => names.includes(name));

/** The options that the schema of the options document allows an enrichment. */
function optionsOf(name: string): string[] {
  const definition = enrichmentDefinitions.find((each) => each.name === name);
  return Object.keys((definition?.options["properties"] as object | undefined) ?? {});
}

describe("the README has a row", () => {
  test("for every enrichment there is, and for no other", () => {
    expect(
      rows
        .filter(isOfEnrichment)
        .flatMap((row) => row.names)
        .sort(),
    ).toEqual([...names].sort());
  });

  test.each(names)("for %s with every option that its schema allows, and with no other", (name) => {
    const row = rows.find((each) => each.names.includes(name));
    expect(row?.meaning).not.toBe("");
    expect(row?.options).toEqual(optionsOf(name));
  });

  test("for what each option means, and for no option that nobody has", () => {
    const explained = rows.filter((row) => !isOfEnrichment(row));
    expect(explained.flatMap((row) => row.names).sort()).toEqual([...new Set(names.flatMap(optionsOf))].sort());
    for (const { meaning } of explained) expect(meaning).not.toBe("");
  });
});
