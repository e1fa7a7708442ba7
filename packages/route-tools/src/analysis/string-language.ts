import type { Criterion } from "@millrace/event-pattern";
import { RegExpParser } from "@eslint-community/regexpp";
import { DFA, isDisjointWith, JS, NFA } from "refa";

/** Hexadecimal digits of an IPv4 address. */
const V4_DIGITS = 8;

/** Automata beyond this size are not built: what they would say stays open. */
const MAX_NODES = 2_000;

const day = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])";
const time = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?";
const offset = "(?:[Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)";
const ipv4 = "[0-9]{1,3}(?:\\.[0-9]{1,3}){3}";
const ipv6 = "[0-9a-fA-F:]*:[0-9a-fA-F:.]*";

const formats: Readonly<Record<string, string>> = {
  "date-time": `^${day}[Tt\\s]${time}${offset}$`,
  date: `^${day}$`,
  time: `^${time}${offset}?$`,
  duration: "^P[0-9YMWDTHS]+$",
  uuid: "^(?:[uU][rR][nN]:[uU][uU][iI][dD]:)?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
  ipv4: `^${ipv4}$`,
  ipv6: `^${ipv6}$`,
  hostname: "^[A-Za-z0-9.-]+$",
  uri: "^[A-Za-z][A-Za-z0-9+.-]*:[^\\s]*$",
  email: "^[^\\s]+@[^\\s]+$",
};

const languages = new Map<string, NFA | undefined>();

/**
 * The texts that a JSON Schema `pattern`, or the regular expression of a `format`, allows; undefined: it cannot be
 * told.
 */
function languageOfRegExp(source: string, flags: "u" | "iu" = "u"): NFA | undefined {
  const key = `${flags} ${source}`;
  if (languages.has(key)) return languages.get(key);
  let language: NFA | undefined;
  try {
    const parser = JS.Parser.fromLiteral({ source: withoutAnchors(source), flags });
    const { expression, maxCharacter } = parser.parse({ assertions: "throw", backreferences: "throw" });
    language = NFA.fromRegex(expression, { maxCharacter }, {}, new NFA.LimitedNodeFactory(MAX_NODES));
  } catch {
    // A lookahead, a back reference, or too large an automaton.
    language = undefined;
  }
  languages.set(key, language);
  return language;
}

/** An equal expression that matches whole texts, without `^` and `$` at the ends of its alternatives. */
function withoutAnchors(source: string): string {
  const { alternatives } = new RegExpParser().parsePattern(source, undefined, undefined, { unicode: true });
  return alternatives
    .map(({ elements }) => {
      const [first] = elements;
      const last = elements.at(-1);
      const isHeld = first?.type === "Assertion" && first.kind === "start";
      const isEnded = last?.type === "Assertion" && last.kind === "end";
      const inner = elements.slice(isHeld ? 1 : 0, isEnded ? -1 : undefined).map(({ raw }) => raw);
      return `${isHeld ? "" : "[^]*"}${inner.join("")}${isEnded ? "" : "[^]*"}`;
    })
    .join("|");
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** The texts for which a criterion holds; undefined for criteria that are not about texts alone. */
export function languageOfCriterion(criterion: Criterion): NFA | undefined {
  switch (criterion.op) {
    case "equals":
      return typeof criterion.value === "string" ? languageOfRegExp(`^${literal(criterion.value)}$`) : undefined;
    case "prefix":
      return languageOfRegExp(`^${literal(criterion.value)}`);
    case "suffix":
      return languageOfRegExp(`${literal(criterion.value)}$`);
    case "equals-ignore-case":
      return languageOfRegExp(`^${literal(criterion.value)}$`, "iu");
    case "prefix-ignore-case":
      return languageOfRegExp(`^${literal(criterion.value)}`, "iu");
    case "suffix-ignore-case":
      return languageOfRegExp(`${literal(criterion.value)}$`, "iu");
    case "wildcard":
      return languageOfRegExp(`^${criterion.parts.map(literal).join("[^]*")}$`);
    default:
      return undefined;
  }
}

/** The keywords that say which texts are allowed. */
interface TextSchema {
  readonly pattern?: unknown;
  readonly format?: unknown;
}

/** True if no text that the expression of a contract allows satisfies the criterion. */
export function isOutside(criterion: Criterion, schema: TextSchema): boolean {
  const wanted = criterion.op === "ip" ? addressesOf(criterion) : languageOfCriterion(criterion);
  if (wanted === undefined) return false;
  return languagesOfSchema(schema).some((language) => isDisjoint(wanted, language));
}

/** Texts among which are all addresses of a block. An IPv4 address can be written as an IPv6 one. */
function addressesOf({ low }: Extract<Criterion, { op: "ip" }>): NFA | undefined {
  return languageOfRegExp(low.length === V4_DIGITS ? `^(?:${ipv4}|${ipv6})$` : `^${ipv6}$`);
}

/** The languages that a schema's `pattern` and `format` stand for, as far as they can be told. */
export function languagesOfSchema({ pattern, format }: TextSchema): NFA[] {
  return [
    ...(typeof pattern === "string" ? [pattern] : []),
    ...(typeof format === "string" && Object.hasOwn(formats, format) ? [formats[format] ?? ""] : []),
  ].flatMap((source) => languageOfRegExp(source) ?? []);
}

/** True if every text of the first criterion is one of the second's. False when it cannot be told. */
export function isWithin(narrow: Criterion, wide: Criterion): boolean {
  const [inner, outer] = [languageOfCriterion(narrow), languageOfCriterion(wide)];
  if (inner === undefined || outer === undefined) return false;
  try {
    const complement = DFA.fromFA(outer);
    complement.complement();
    return isDisjointWith(inner, complement);
  } catch {
    return false;
  }
}

function isDisjoint(one: NFA, other: NFA): boolean {
  try {
    return isDisjointWith(one, other);
  } catch {
    return false;
  }
}
