import { posix } from "node:path";
import type { Document, Fault } from "./document.ts";

/** Path of the page that {@link renderErrorCodes} writes. */
export const errorCodesPath = "docs/errors.md";

const HEADER = `<!-- Written by packages/repository-rules from the tables of the READMEs; edit those. -->
# Error codes

Every code that a package or an app gives, as the README of its owner describes it. Tests of the owners compare most of
these tables with their sources.
`;

const README = /^(?:packages|apps)\/[^/]+\/README\.md$|^infra\/README\.md$/;

/** Returns the text of the page: one section for each README with tables whose first column is `code`. */
export function renderErrorCodes(documents: readonly Document[]): string {
  const sections = documents
    .filter(({ path }) => README.test(path))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .flatMap(({ path, text }) => {
      const tables = tablesOfCodes(text);
      if (tables.length === 0) return [];
      const owner = posix.dirname(path);
      const heading = `## ${owner}\n\nFrom [its README](${posix.relative("docs", path)}).\n`;
      return [`${heading}\n${tables.map((table) => withLinksFrom(owner, table)).join("\n")}`];
    });
  return [HEADER, ...sections].join("\n");
}

/** Returns a fault if the page is not the one that {@link renderErrorCodes} writes. */
export function checkErrorCodes(documents: readonly Document[]): readonly Fault[] {
  const page = documents.find(({ path }) => path === errorCodesPath);
  if (page?.text === renderErrorCodes(documents)) return [];
  const message = "A table of codes has changed: run packages/repository-rules/src/cli/main.ts --write.";
  return [{ file: errorCodesPath, line: 1, code: "error-codes", message }];
}

function tablesOfCodes(text: string): readonly string[] {
  return [...text.matchAll(/^\| code \|.*\n\|[-| ]+\|\n(?:\|.*\n)+/gm)].map(([table]) => table);
}

function withLinksFrom(owner: string, table: string): string {
  return table.replace(/\]\((?![a-z]+:|#)([^)]+)\)/g, (_, url: string) => {
    return `](${posix.relative("docs", posix.join(owner, url))})`;
  });
}
