const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const whiteSpace = new Set([0x09, 0x0a, 0x0d, 0x20]);

/**
 * `JSON.parse` with the names of the text.
 *
 * V8 13.6 (Node 24.21) compares a name with the one that an object of the same shape had at this place before, by the
 * characters of the text: `"\n"` is read as `\`, and `"ab\n"` as `ab\`, when there was such a name. So names with
 * escapes are written in another way and parsed again. Nearly no text has any.
 * @throws SyntaxError when the text is not JSON
 * @example parseJson('{"\\u0061": 1}') // { a: 1 }
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes("\\") ? (parseWithNames(text) ?? value) : value;
}

/** A private-use character; a run longer than any in the text stands for a character that has to be escaped. */
const markCharacter = "\ue000";
const runsOfMarks = /(?:\ue000|\\u[eE]000)+/gu;

/** The value of a text of JSON with escapes in names; `undefined` when no name has any. */
function parseWithNames(text: string): unknown {
  const names = findEscapedNames(text);
  if (names.length === 0) return undefined;
  const marks = text.match(runsOfMarks) ?? [];
  const mark = markCharacter.repeat(Math.max(0, ...marks.map((run) => run.length)) + 1);
  let marked = "";
  let copied = 0;
  for (const { start, end } of names) {
    const name = JSON.parse(text.slice(start, end)) as string;
    marked += `${text.slice(copied, start)}"${markName(name, mark)}"`;
    copied = end;
  }
  const restore = new RegExp(`${mark}([0-9a-f]{4})`, "g");
  return JSON.parse(marked + text.slice(copied), (_key, value: unknown) => restoreNames(value, mark, restore));
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where names with escapes stand, with their quotes, in a text that is JSON. */
function findEscapedNames(text: string): Span[] {
  const names: Span[] = [];
  // The first backslash behind a string is the first one of the next string that has any.
  for (let at = text.indexOf("\\"); at !== -1; ) {
    const end = endOfString(text, at);
    if (isName(text, end)) names.push({ start: text.lastIndexOf('"', at), end });
    at = text.indexOf("\\", end);
  }
  return names;
}

function endOfString(text: string, inside: number): number {
  for (let at = inside; ; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === backslash) at += 1;
  }
}

function isName(text: string, end: number): boolean {
  let at = end;
  while (whiteSpace.has(text.charCodeAt(at))) at += 1;
  return text.charCodeAt(at) === colon;
}

/** The name as a string of JSON holds it without a backslash. Half a surrogate pair may stand there as it is. */
function markName(name: string, mark: string): string {
  // oxlint-disable-next-line no-control-regex -- JSON wants exactly these escaped
  return name.replace(/["\\\u0000-\u001f]/gu, (each) => mark + each.charCodeAt(0).toString(16).padStart(4, "0"));
}

function restoreNames(value: unknown, mark: string, restore: RegExp): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (!Object.keys(value).some((name) => name.includes(mark))) return value;
  const toCharacter = (_: string, code: string) => String.fromCharCode(Number.parseInt(code, 16));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name.replace(restore, toCharacter), each]));
}
