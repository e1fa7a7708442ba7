import { expect, test } from "@jest/globals";
import { checkLinks } from "../../src/index.ts";

const paths = ["docs/a.md", "docs/b.md", "apps/x/main.ts", "README.md"];

function faultsOf(text: string, other = "# Other\n\n## A heading: with `code`\n\n## Twice\n\n## Twice\n") {
  const documents = [
    { path: "docs/a.md", text },
    { path: "docs/b.md", text: other },
  ];
  return checkLinks(documents, paths).map(({ file, line, code }) => `${file}:${line} ${code}`);
}

test.each([
  ["a file beside it", "[b](b.md)"],
  ["a folder", "[x](../apps/x) and [x](../apps/x/)"],
  ["the root", "[root](../README.md)"],
  ["a heading, as GitHub names it", "[h](b.md#a-heading-with-code)"],
  ["the second heading of one name", "[h](b.md#twice-1)"],
  ["a heading of its own", "# Here\n\n[h](#here)"],
  ["another site", "[site](https://a.example/none.md) <mailto:a@b.example>"],
  ["a line of a file that is no Markdown", "[code](../apps/x/main.ts#L3)"],
  ["code that looks like a link", "`[x](none.md)`\n\n```\n[x](none.md)\n```"],
])("takes a link to %s", (_, text) => {
  expect(faultsOf(text)).toEqual([]);
});

test.each([
  ["a file that is not there", "text\n\n[x](none.md)", "docs/a.md:3 broken-link"],
  ["an image that is not there", "![x](none.png)", "docs/a.md:1 broken-link"],
  ["a definition that leads nowhere", "[x][y]\n\n[y]: none.md", "docs/a.md:1 broken-link"],
  ["a link of a table", "| a |\n|---|\n| [x](none.md) |", "docs/a.md:3 broken-link"],
  ["a place above the repository", "[x](../../other/README.md)", "docs/a.md:1 broken-link"],
  ["a heading that is not there", "[x](b.md#nothing)", "docs/a.md:1 broken-anchor"],
  ["a heading of its own that is not there", "[x](#nothing)", "docs/a.md:1 broken-anchor"],
])("refuses %s", (_, text, fault) => {
  expect(faultsOf(text)).toEqual([fault]);
});
