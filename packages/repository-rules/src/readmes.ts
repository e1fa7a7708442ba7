import type { Document, Fault } from "./document.ts";

/** Lines of the README of a package: it is read before the package is used; a manual is a page of `docs`. */
const MAX_LINES = 119;

const OF_PACKAGE = /^(?:infra|(?:apps|packages)\/[^/]+)\/README\.md$/;

/** Finds READMEs of packages that are too long. */
export function checkReadmes(documents: readonly Document[]): readonly Fault[] {
  return documents.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split("\n").length;
    if (!OF_PACKAGE.test(path) || lines <= MAX_LINES) return [];
    const message = `Expected fewer than ${MAX_LINES + 1} lines, got ${lines}: move a part to docs and link to it.`;
    return [{ file: path, line: MAX_LINES + 1, code: "readme-length", message }];
  });
}
