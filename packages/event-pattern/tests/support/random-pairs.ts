import { createRandom, pick } from "../../bench/random.ts";

/** Few keys and few values, so that random patterns and random events have something to do with each other. */
const KEYS = ["a", "b", "c", "a.b"];
const STRINGS = [
  "",
  "x",
  "xy",
  "Xy",
  "xyx",
  "XYXY",
  "yxxy",
  "abcdefgh-x",
  "abcdefgh-y",
  "ß",
  "SS",
  "ẞ",
  "*",
  "\\",
  "10.0.0.1",
  "10.0.3.7",
  "::1",
  "2001:db8::5",
  "😀x",
];
const NUMBERS = [0, 1, 2, 2.5, -1, 300, 1e21, 0.1];
const WILDCARDS = [
  "*",
  "x*",
  "*x",
  "x*y",
  "*x*",
  "*yx*",
  "*xx*y",
  "x\\**",
  "*\\\\*",
  "abc*x",
  "*cdefgh*",
  "*efgh-*",
  "a*d*h*",
  "xy",
];
const CIDRS = ["10.0.0.0/8", "10.0.0.0/22", "10.0.2.0/23", "0.0.0.0/0", "::/0", "2001:db8::/32", "2001:db8::4/127"];
const RANGES = [
  ["=", 1],
  ["<", 2],
  ["<=", 2],
  [">", 0],
  [">=", 0.1],
  [">", 0, "<=", 2.5],
  [">=", -1, "<", 1],
  [">", 2, "<", 400],
];
const AFFIXES = STRINGS.filter((text) => text !== "").map((text) => text.slice(0, 2));

export type Random = () => number;

export { createRandom };

/** A value of an event: a scalar, an object, or an array of either. */
export function randomEvent(random: Random, depth = 3): Record<string, unknown> {
  const event: Record<string, unknown> = {};
  const members = 1 + Math.floor(random() * 4);
  for (let member = 0; member < members; member += 1) event[pick(random, KEYS)] = randomValue(random, depth - 1);
  return event;
}

function randomValue(random: Random, depth: number): unknown {
  const kind = random();
  if (depth > 0 && kind < 0.3) return randomEvent(random, depth);
  if (depth > 0 && kind < 0.55) {
    return Array.from({ length: Math.floor(random() * 4) }, () => randomValue(random, depth - 1));
  }
  return randomScalar(random);
}

function randomScalar(random: Random): unknown {
  const kind = random();
  if (kind < 0.65) return pick(random, STRINGS);
  if (kind < 0.9) return pick(random, NUMBERS);
  return pick(random, [true, false, null]);
}

/** A pattern of one to three fields, sometimes nested, sometimes with `$or`. */
export function randomPattern(random: Random, depth = 2): Record<string, unknown> {
  const pattern: Record<string, unknown> = {};
  const fields = 1 + Math.floor(random() * 2);
  for (let field = 0; field < fields; field += 1) {
    pattern[pick(random, KEYS)] =
      depth > 0 && random() < 0.4 ? randomPattern(random, depth - 1) : randomAlternatives(random);
  }
  if (depth > 0 && random() < 0.2) {
    pattern["$or"] = Array.from({ length: 2 + Math.floor(random() * 2) }, () => randomPattern(random, depth - 1));
  }
  return pattern;
}

function randomAlternatives(random: Random): unknown[] {
  return Array.from({ length: random() < 0.7 ? 1 : 1 + Math.floor(random() * 4) }, () => randomAlternative(random));
}

function randomAlternative(random: Random): unknown {
  const kind = Math.floor(random() * 16);
  const list = <T>(items: readonly T[]): T | T[] =>
    random() < 0.5 ? pick(random, items) : [pick(random, items), pick(random, items)];
  switch (kind) {
    case 0:
      return { exists: random() < 0.5 };
    case 1:
      return { prefix: pick(random, AFFIXES) };
    case 2:
      return { suffix: pick(random, STRINGS) };
    case 3:
      return { prefix: { "equals-ignore-case": pick(random, AFFIXES) } };
    case 4:
      return { suffix: { "equals-ignore-case": pick(random, STRINGS) } };
    case 5:
      return { "equals-ignore-case": pick(random, STRINGS) };
    case 6:
      return { wildcard: pick(random, WILDCARDS) };
    case 7:
      return { numeric: pick(random, RANGES) };
    case 8:
      return { cidr: pick(random, CIDRS) };
    case 9:
      return { "anything-but": random() < 0.5 ? list(STRINGS) : list(NUMBERS) };
    case 10:
      return { "anything-but": { prefix: list(AFFIXES) } };
    case 11:
      return { "anything-but": { suffix: list(AFFIXES) } };
    case 12:
      return { "anything-but": { "equals-ignore-case": list(STRINGS) } };
    case 13:
      return { "anything-but": { wildcard: list(WILDCARDS) } };
    case 14:
      return { exactly: pick(random, STRINGS) };
    default:
      return randomScalar(random);
  }
}
