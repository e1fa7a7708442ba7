import { BlockList, isIP } from "node:net";

/**
 * A second reading of the engine's rules, as direct as it can be written: expand `$or`, flatten the event, try every
 * choice of values. It shares no code with the package, takes no short cut, and is what the compiled set is compared
 * with.
 */
export function interpret(pattern: object, event: object): boolean {
  const fields = flatten(event);
  return expand(pattern).some((rule) => {
    const paths = [...rule.keys()].sort();
    return choose(paths, rule, fields, new Map());
  });
}

type Json = unknown;
type Rule = ReadonlyMap<string, readonly Json[]>;

interface Field {
  readonly path: string;
  readonly value: string | number | boolean | null;
  /** Array → element the value lies in. */
  readonly elements: ReadonlyMap<number, number>;
}

const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// ---- rules

function expand(pattern: Json, path = "", before: readonly Rule[] = [new Map()]): Rule[] {
  let rules = [...before];
  for (const [key, value] of Object.entries(pattern as object)) {
    if (key === "$or") rules = (value as Json[]).flatMap((alternative) => expand(alternative, path, rules));
    else {
      const here = path === "" ? key : `${path}.${key}`;
      if (isObject(value)) rules = expand(value, here, rules);
      else rules = rules.map((rule) => new Map(rule).set(here, value as Json[]));
    }
  }
  return rules;
}

// ---- events

function flatten(event: object): Field[] {
  const fields: Field[] = [];
  let arrays = 0;
  const walk = (value: Json, path: string | undefined, elements: ReadonlyMap<number, number>): void => {
    if (Array.isArray(value)) {
      const array = arrays++;
      value.forEach((item: Json, index) => {
        const isNested = isObject(item) || Array.isArray(item);
        walk(item, path, isNested ? new Map(elements).set(array, index) : elements);
      });
    } else if (isObject(value)) {
      for (const [key, member] of Object.entries(value))
        walk(member, path === undefined ? key : `${path}.${key}`, elements);
    } else fields.push({ path: path ?? "", value: value as Field["value"], elements });
  };
  walk(event, undefined, new Map());
  return fields;
}

const agree = (a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean =>
  [...a].every(([array, element]) => !b.has(array) || b.get(array) === element);

function choose(
  paths: readonly string[],
  rule: Rule,
  fields: readonly Field[],
  chosen: ReadonlyMap<number, number>,
): boolean {
  const [path, ...rest] = paths;
  if (path === undefined) return true;
  const alternatives = rule.get(path)!;
  const possible = fields.filter((field) => field.path === path && agree(field.elements, chosen));
  if (
    possible.length === 0 &&
    alternatives.some((alternative) => isObject(alternative) && alternative["exists"] === false)
  ) {
    if (choose(rest, rule, fields, chosen)) return true;
  }
  return possible.some(
    (field) =>
      alternatives.some((alternative) => holds(alternative, field.value)) &&
      choose(rest, rule, fields, new Map([...chosen, ...field.elements])),
  );
}

// ---- values

function holds(alternative: Json, value: Field["value"]): boolean {
  if (typeof alternative === "string" && isIP(alternative) !== 0) return isIn(alternative, value);
  if (!isObject(alternative)) return alternative === value;
  const [operator, operand] = Object.entries(alternative)[0]!;
  const text = typeof value === "string" ? value : undefined;
  switch (operator) {
    case "exists":
      return operand === true;
    case "exactly":
      return value === operand;
    case "numeric":
      return typeof value === "number" && isInRange(operand as Json[], value);
    case "cidr":
      return isIn(operand as string, value);
    case "anything-but":
      return !(isObject(operand) ? eachOf(operand) : [operand].flat()).some((other) => holdsExactly(other, value));
    default:
      return text !== undefined && regexOf(operator, operand).test(text);
  }
}

/** `{ prefix: ["a", "b"] }` as `[{ prefix: "a" }, { prefix: "b" }]`. */
function eachOf(operand: Record<string, Json>): Json[] {
  const [operator, values] = Object.entries(operand)[0]!;
  return [values].flat().map((value) => ({ [operator]: value }));
}

/** Inside anything-but a string is a string, even when it looks like an address. */
function holdsExactly(alternative: Json, value: Field["value"]): boolean {
  return isObject(alternative) ? holds(alternative, value) : alternative === value;
}

function isInRange(comparisons: readonly Json[], value: number): boolean {
  for (let index = 0; index < comparisons.length; index += 2) {
    const bound = comparisons[index + 1] as number;
    const result = {
      "=": value === bound,
      "<": value < bound,
      "<=": value <= bound,
      ">": value > bound,
      ">=": value >= bound,
    };
    if (!result[comparisons[index] as keyof typeof result]) return false;
  }
  return true;
}

function isIn(block: string, value: Field["value"]): boolean {
  if (typeof value !== "string" || isIP(value) === 0) return false;
  const [address = "", bits] = block.split("/");
  if (isIP(address) !== isIP(value)) return false;
  const family = isIP(address) === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(address, bits === undefined ? (family === "ipv4" ? 32 : 128) : Number(bits), family);
  return list.check(value, family);
}

const regexes = new Map<string, RegExp>();

function regexOf(operator: string, operand: Json): RegExp {
  const key = JSON.stringify([operator, operand]);
  const known = regexes.get(key) ?? new RegExp(sourceOf(operator, operand), "su");
  regexes.set(key, known);
  return known;
}

function sourceOf(operator: string, operand: Json): string {
  const folded = isObject(operand) ? anyCase(operand["equals-ignore-case"] as string) : undefined;
  switch (operator) {
    case "prefix":
      return `^${folded ?? literal(operand as string)}`;
    case "suffix":
      return `${folded ?? literal(operand as string)}$`;
    case "equals-ignore-case":
      return `^${anyCase(operand as string)}$`;
    case "wildcard":
      return `^${(operand as string).replace(/\\[*\\]|[^]/gu, (part) =>
        part === "*" ? ".*" : literal(part.length === 2 && part.startsWith("\\") ? part.slice(1) : part),
      )}$`;
    default:
      throw new RangeError(`Unknown operator ${operator}`);
  }
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

const anyCase = (text: string): string =>
  Array.from(text, (character) => `(?:${literal(character.toLowerCase())}|${literal(character.toUpperCase())})`).join(
    "",
  );
