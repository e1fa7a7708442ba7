/**
 * The rule of docs/data.md, written a second time and by itself: a reader of JSON that keeps digits, and decides on the
 * events that have to arrive. It shares no code with the pipeline.
 */
export type Tree =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "array"; readonly items: readonly Tree[] }
  | { readonly kind: "object"; readonly members: ReadonlyMap<string, Tree> };

const token = /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?[\d.]+(?:[eE][+-]?\d+)?)|(true|false|null))/y;

/** The text of a string token. */
function textOf(string: string): string {
  return string.includes("\\") ? (JSON.parse(string) as string) : string.slice(1, -1);
}

/** The tree of a JSON text; of names that stand twice, the last value at the first place. */
export function readTree(text: string): Tree {
  token.lastIndex = 0;
  const next = (): RegExpExecArray => {
    const found = token.exec(text);
    if (found === null) throw new Error(`No JSON at ${token.lastIndex}: ${text.slice(0, 200)}`);
    return found;
  };
  const valueFrom = ([, mark, string, number, literal]: RegExpExecArray): Tree => {
    if (string !== undefined) return { kind: "string", text: textOf(string) };
    if (number !== undefined) return { kind: "number", text: number };
    if (literal !== undefined) return { kind: "literal", text: literal };
    return mark === "[" ? arrayFrom(next()) : objectFrom(next());
  };
  const arrayFrom = (first: RegExpExecArray): Tree => {
    const items: Tree[] = [];
    for (let at = first; at[1] !== "]"; ) {
      items.push(valueFrom(at));
      at = next();
      if (at[1] === ",") at = next();
    }
    return { kind: "array", items };
  };
  const objectFrom = (first: RegExpExecArray): Tree => {
    const members = new Map<string, Tree>();
    for (let at = first; at[1] !== "}"; ) {
      const key = textOf(at[2] ?? "");
      next();
      members.set(key, valueFrom(next()));
      at = next();
      if (at[1] === ",") at = next();
    }
    return { kind: "object", members };
  };
  return valueFrom(next());
}

/** The event that has to arrive for the one sent, and the number of places it has to report. */
export function expectedTree(sent: Tree): { readonly tree: Tree; readonly noteCount: number } {
  let noteCount = 0;
  const repair = (tree: Tree): Tree => {
    switch (tree.kind) {
      case "string":
        if (!tree.text.isWellFormed()) noteCount += 1;
        return { kind: "string", text: tree.text.toWellFormed() };
      case "number":
        if (isOutOfRange(tree.text)) noteCount += 1;
        return tree;
      case "array":
        return { kind: "array", items: tree.items.map(repair) };
      case "object":
        return repairMembers(tree.members);
      case "literal":
        return tree;
    }
  };
  const repairMembers = (members: ReadonlyMap<string, Tree>): Tree => {
    const taken = new Set(members.keys());
    const repaired = new Map<string, Tree>();
    for (const [name, member] of members) {
      let free = name.toWellFormed();
      if (free !== name) {
        noteCount += 1;
        taken.delete(name);
        for (let suffix = 2; taken.has(free); suffix += 1) free = `${name.toWellFormed()}#${suffix}`;
        taken.add(free);
      }
      repaired.set(free, repair(member));
    }
    return { kind: "object", members: repaired };
  };
  const tree = repair(sent);
  return { tree, noteCount };
}

function isOutOfRange(number: string): boolean {
  const value = Math.abs(Number(number));
  return value >= 1e38 || (value === 0 && /[1-9]/.test(number.replace(/[eE].*/, "")));
}

/** Where two trees differ, as a path; undefined when nowhere. A card's number may have been masked. */
export function differenceOf(
  expected: Tree,
  actual: Tree | undefined,
  isSameNumber: (expected: string, actual: string) => boolean = (sent, is) => sent === is,
  path = "",
): string | undefined {
  if (actual === undefined) return `${path}: missing`;
  if (expected.kind === "number" && mayBeCard(expected.text) && actual.kind === "string" && actual.text === "***")
    return undefined;
  if (expected.kind !== actual.kind) return `${path}: ${expected.kind} became ${actual.kind}`;
  if (expected.kind === "array" && actual.kind === "array") {
    if (expected.items.length !== actual.items.length) return `${path}: other length`;
    for (const [index, item] of expected.items.entries()) {
      const found = differenceOf(item, actual.items[index], isSameNumber, `${path}/${index}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (expected.kind === "object" && actual.kind === "object") {
    if (expected.members.size !== actual.members.size) return `${path}: other names`;
    for (const [name, member] of expected.members) {
      const found = differenceOf(member, actual.members.get(name), isSameNumber, `${path}/${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const [was = "", is = ""] = [expected, actual].map((tree) => ("text" in tree ? tree.text : ""));
  if (expected.kind === "number" && isSameNumber(was, is)) return undefined;
  return was === is ? undefined : `${path}: ${JSON.stringify(was)} became ${JSON.stringify(is)}`;
}

function mayBeCard(number: string): boolean {
  const forms = [/^\d+/.exec(number)?.[0] ?? "", String(Number(number))];
  return forms.some((form) => /^[2-6]\d{11,18}$/.test(form));
}

/** The value under a path of names; undefined when there is none. */
export function treeAt(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  return path.reduce((each, name) => (each?.kind === "object" ? each.members.get(name) : undefined), tree);
}

/** The text of a string, number or literal under a path of names. */
export function textAt(tree: Tree, ...path: readonly string[]): string | undefined {
  const found = treeAt(tree, ...path);
  return found !== undefined && "text" in found ? found.text : undefined;
}
