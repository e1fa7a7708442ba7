import createMarkdown from "markdown-it";
import type { Document, Fault } from "./document.ts";

/** Columns of a line of prose, as of a line of code (biome.json). */
const MAX_COLUMNS = 120;

/** Longest word that a line may be wide for: a URL or a command cannot be wrapped. */
const MAX_WORD_COLUMNS = 60;

const MARKDOWN = /\.md$/;
const SOURCE = /\.(?:ts|tsx|mts|js|mjs|cjs)$/;

/** Files that programs write: their sources are held to the rule. */
const WRITTEN_BY_PROGRAMS = /(?:^|\/)(?:generated|dist)\/|CHANGELOG\.md$/;
const GENERATED_PAGE = /^<!-- Generated /;

const COMMENT_LINE = /^\s*(?:\/\/|\/\*|\*)/;
const COMMENT_AFTER_CODE = /[;,{}()[\]]\s+\/\/ /;
const DIRECTIVE = /^\s*(?:\/\/|\/\*)\s*(?:oxlint-|biome-|@ts-)/;
const BEGINS_WITH_WHAT = /^\s*(?:\/\/|\/\*\*?) ?What\b/;
const OPENS_BLOCK = /^\s*\/\*\*?\s*$/;
const FIRST_LINE_WITH_WHAT = /^\s*\* What\b/;

/**
 * Finds comments that begin with "What", and lines of comments and Markdown prose that are wider than 120 columns.
 * Tables, code blocks and lines with a word that cannot be wrapped are left out.
 */
export function checkProse(documents: readonly Document[]): readonly Fault[] {
  return documents.flatMap(findFaults);
}

function findFaults({ path, text }: Document): readonly Fault[] {
  if (WRITTEN_BY_PROGRAMS.test(path) || GENERATED_PAGE.test(text)) return [];
  const lines = text.split("\n");
  const faultAt = (code: string, message: string) => (line: number) => ({ file: path, line, code, message });
  const tooWide = faultAt("prose-width", `The line has more than ${MAX_COLUMNS} columns: wrap it.`);
  if (MARKDOWN.test(path)) return widths(lines, proseLines(text)).map(tooWide);
  if (!SOURCE.test(path)) return [];
  const comments = commentLines(lines);
  const opensWithWhat = comments.filter((index) => {
    const isFirstOfBlock = OPENS_BLOCK.test(lines[index - 1] ?? "");
    const isFirstOfRun = !/^\s*\/\//.test(lines[index - 1] ?? "");
    if (isFirstOfBlock) return FIRST_LINE_WITH_WHAT.test(lines[index] ?? "");
    return isFirstOfRun && BEGINS_WITH_WHAT.test(lines[index] ?? "");
  });
  const what = faultAt("comment-what", 'The comment begins with "What": begin with the thing that it describes.');
  return [...widths(lines, comments).map(tooWide), ...opensWithWhat.map((index) => what(index + 1))];
}

/** Returns the indices of the lines with a comment, without examples of code and directives of tools. */
function commentLines(lines: readonly string[]): readonly number[] {
  let isExample = false;
  return lines.flatMap((line, index) => {
    if (/^\s*\* ```/.test(line)) isExample = !isExample;
    const isComment = COMMENT_LINE.test(line) || COMMENT_AFTER_CODE.test(line);
    return isComment && !isExample && !DIRECTIVE.test(line) ? [index] : [];
  });
}

/** Returns the numbers, from one, of the lines that are too wide and can be wrapped. */
function widths(lines: readonly string[], indices: readonly number[]): readonly number[] {
  return indices
    .filter((index) => {
      const line = lines[index] ?? "";
      const longestWord = Math.max(...line.split(/\s+/).map((word) => word.length));
      return line.length > MAX_COLUMNS && longestWord <= MAX_WORD_COLUMNS;
    })
    .map((index) => index + 1);
}

const markdown = createMarkdown({ html: true });

/** Returns the indices of the lines of paragraphs, items and headings: no tables, no code, no HTML. */
function proseLines(text: string): readonly number[] {
  let isTable = false;
  return markdown.parse(text, {}).flatMap(({ type, map }) => {
    if (type === "table_open" || type === "table_close") isTable = type === "table_open";
    if (type !== "inline" || isTable || map === null) return [];
    return Array.from({ length: map[1] - map[0] }, (_, offset) => map[0] + offset);
  });
}
