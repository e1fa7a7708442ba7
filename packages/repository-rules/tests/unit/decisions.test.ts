import { describe, expect, test } from "@jest/globals";
import { checkDecisions, type Document, indexPath, renderIndex } from "../../src/index.ts";

const good = [
  "# 0042 Keep a stream's order",
  "",
  "Status: accepted · 2026-11-29 · area: router, put-records · supersedes: 0007",
  "",
  "## Context",
  "Why.",
  "",
  "## Decision",
  "This.",
  "",
  "## Consequences",
  "That.",
  "",
].join("\n");

function decision(text = good, name = "0042-keep-a-streams-order.md"): Document {
  return { path: `docs/decisions/${name}`, text };
}

function codesOf(...decisions: readonly Document[]): readonly string[] {
  const index = { path: indexPath, text: renderIndex(decisions) };
  return checkDecisions([...decisions, index]).map(({ code }) => code);
}

describe("the form of a decision", () => {
  test("takes a record whose name, status and sections are right", () => {
    expect(codesOf(decision())).toEqual([]);
  });

  test.each([
    ["another title", "decision-name", good.replace("order", "speed")],
    ["a title without its number", "decision-name", good.replace("0042 ", "")],
    ["a number with a colon", "decision-name", good.replace("0042 ", "0042: ")],
    ["no status", "decision-status", good.replace(/Status.*/, "")],
    ["a status without a date", "decision-status", good.replace("2026-11-29 · ", "")],
    ["a status that is no word of the list", "decision-status", good.replace("accepted", "agreed")],
    ["a section that is missing", "decision-sections", good.replace("## Consequences", "")],
    ["sections in another order", "decision-sections", good.replace("Context", "X").replace("Decision", "Context")],
    ["41 lines", "decision-length", `${good.trimEnd()}\n${"more\n".repeat(29)}`],
  ])("refuses %s", (_, code, text) => {
    expect(codesOf(decision(text))).toEqual([code]);
  });

  test("counts 40 lines as few enough", () => {
    expect(codesOf(decision(`${good.trimEnd()}\n${"more\n".repeat(28)}`))).toEqual([]);
  });

  test("takes a record that another one supersedes", () => {
    const status = "Status: superseded by [0043](0043-let-order-go.md) · 2026-11-29 · area: router";
    expect(codesOf(decision(good.replace(/Status.*/, status)))).toEqual([]);
  });

  test("refuses a number that two records have", () => {
    const other = good.replace("Keep a stream's order", "Let order go");
    expect(codesOf(decision(), decision(other, "0042-let-order-go.md"))).toEqual(["decision-number"]);
  });
});

describe("the index of decisions", () => {
  test("has a row for each record, by number", () => {
    const later = decision(good.replaceAll("0042", "0050"), "0050-keep-a-streams-order.md");
    const rows = renderIndex([later, decision()]).split("\n").slice(-3, -1);
    expect(rows).toEqual([
      "| [0042](0042-keep-a-streams-order.md) | Keep a stream's order | router, put-records | 2026-11-29 | accepted |",
      "| [0050](0050-keep-a-streams-order.md) | Keep a stream's order | router, put-records | 2026-11-29 | accepted |",
    ]);
  });

  test("is told when it is missing or of other records", () => {
    const stale = { path: indexPath, text: renderIndex([]) };
    expect(checkDecisions([decision(), stale]).map(({ code }) => code)).toEqual(["decision-index"]);
    expect(checkDecisions([decision()]).map(({ code }) => code)).toEqual(["decision-index"]);
  });
});
