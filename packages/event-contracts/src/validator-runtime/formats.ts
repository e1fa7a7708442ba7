import { parseInstant } from "../envelope/instant.ts";
import { isInternationalizedLabel } from "./internationalized-label.ts";

/** A format as generated validators call it; values of another kind pass. */
export type FormatDefinition = TextFormat | NumberFormat;

export interface TextFormat {
  readonly type: "string";
  readonly validate: (text: string) => boolean;
  /** Order of two values, for `formatMinimum` and its like. */
  readonly compare?: (a: string, b: string) => number;
}

export interface NumberFormat {
  readonly type: "number";
  readonly validate: (value: number) => boolean;
}

const hexPair = "%[0-9a-f]{2}";
const userInfo = `(?:[a-z0-9._~!$&'()*+,;=:-]|${hexPair})*`;
const registeredName = `(?:[a-z0-9._~!$&'()*+,;=-]|${hexPair})*`;
const segment = `(?:[a-z0-9._~!$&'()*+,;=:@-]|${hexPair})`;
const segmentWithoutColon = `(?:[a-z0-9._~!$&'()*+,;=@-]|${hexPair})`;
const queryOrFragment = `(?:[a-z0-9._~!$&'()*+,;=:@/?-]|${hexPair})*`;
const authority = String.raw`//(?:${userInfo}@)?(?:\[(?<literal>[^\]]*)\]|(?<host>${registeredName}))(?::\d*)?(?:/${segment}*)*`;
const tail = String.raw`(?:\?${queryOrFragment})?(?:#${queryOrFragment})?`;

/** RFC 3986, section 3. */
const uri = new RegExp(
  String.raw`^[a-z][a-z0-9+.-]*:(?:${authority}|/?(?:${segment}+(?:/${segment}*)*)?)${tail}$`,
  "iu",
);
/** RFC 3986, section 4.2: a reference without a scheme. */
const relativeReference = new RegExp(
  String.raw`^(?:${authority}|/(?:${segment}+(?:/${segment}*)*)?|${segmentWithoutColon}+(?:/${segment}*)*|)${tail}$`,
  "iu",
);
const futureLiteral = /^v[0-9a-f]+\.[a-z0-9._~!$&'()*+,;=:-]+$/iu;

const templateName = `(?:\\w|${hexPair})+(?:\\.(?:\\w|${hexPair})+)*`;
const templateVariable = `${templateName}(?:\\*|:[1-9]\\d{0,3})?`;
/** RFC 6570, section 2. */
const uriTemplate = new RegExp(
  `^(?:[^\\u0000-\\u0020"%<>\\\\^\`{|}\\u007f]|${hexPair}|\\{[+#./;?&=,!@|]?${templateVariable}(?:,${templateVariable})*\\})*$`,
  "iu",
);

const dayOfYear = /^(\d{4})-(\d\d)-(\d\d)$/;
const localTime = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?`;
const offset = String.raw`(?:z|[+-](?:[01]\d|2[0-3]):[0-5]\d)`;
const time = new RegExp(`^${localTime}${offset}$`, "i");
const looseTime = new RegExp(String.raw`^${localTime}(?:z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$`, "i");
/** RFC 3339, appendix A: a unit may only be followed by the next smaller one. */
const duration =
  /^P(?:\d+W|(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)(?:T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))?|T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))$/;

/** RFC 5321, section 4.1.2, without the white space that comments would bring. */
const mailbox =
  /^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*|"(?:[ !#-[\]-~]|\\[ -~])*")@(?:\[(?:IPv6:(?<v6>[^\]]+)|(?<v4>[^\]]+))\]|(?<host>[^@[\]]+))$/i;
const MAX_LOCAL_PART_CHARACTERS = 64;

const byteOfAddress = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const ipv4Text = String.raw`${byteOfAddress}(?:\.${byteOfAddress}){3}`;
const ipv4 = new RegExp(`^${ipv4Text}$`);
const ipv4AtEnd = new RegExp(`(?<=:)${ipv4Text}$`);
const groupOfAddress = /^[0-9a-f]{1,4}$/i;
const GROUPS_OF_ADDRESS = 8;

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const MAX_HOST_CHARACTERS = 253;

const jsonPointer = /^(?:\/(?:[^~/]|~[01])*)*$/u;
const fragmentPointer = new RegExp(`^#(?:/(?:[a-z0-9_\\-.!$&'()*+,;=:@]|%(?!7e)[0-9a-f]{2}|(?:~|%7e)[01])*)*$`, "iu");
const relativeJsonPointer = /^(?:0|[1-9]\d*)(?:#|(?:\/(?:[^~/]|~[01])*)*)$/u;
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function isDate(text: string): boolean {
  const [, year, month, day] = dayOfYear.exec(text) ?? [];
  if (year === undefined || Number(month) < 1 || Number(month) > 12 || Number(day) < 1) return false;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCDate() === Number(day);
}

/** A leap second ends a day of UTC, which only the offset tells. */
function isTime(text: string, form: RegExp): boolean {
  if (!form.test(text)) return false;
  if (!text.startsWith(":60", 5)) return true;
  const [, sign = "+", hours = "0", minutes = "0"] = /([+-])(\d\d):?(\d\d)?$/.exec(text) ?? [];
  const offsetMinutes = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes));
  const minuteOfDay = Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5)) - offsetMinutes;
  return (minuteOfDay + 2 * 1_440) % 1_440 === 1_439;
}

function isLooseDateTime(text: string): boolean {
  return /^.{10}[t ]/i.test(text) && isDate(text.slice(0, 10)) && isTime(text.slice(11), looseTime);
}

function isIpv6(text: string): boolean {
  const [head = "", rest, ...more] = text.replace(ipv4AtEnd, "0:0").split("::");
  if (more.length > 0) return false;
  const groups = [head, rest ?? ""].flatMap((part) => (part === "" ? [] : part.split(":")));
  if (!groups.every((group) => groupOfAddress.test(group))) return false;
  return rest === undefined ? groups.length === GROUPS_OF_ADDRESS : groups.length < GROUPS_OF_ADDRESS;
}

function isHostname(text: string): boolean {
  if (text.length > MAX_HOST_CHARACTERS || !text.split(".").every((each) => label.test(each))) return false;
  const reserved = text.split(".").filter((each) => each.startsWith("--", 2));
  return reserved.every((each) => /^xn--/i.test(each) && isInternationalizedLabel(each));
}

function isEmail(text: string): boolean {
  const { v4, v6, host } = mailbox.exec(text)?.groups ?? {};
  if (text.lastIndexOf("@") > MAX_LOCAL_PART_CHARACTERS) return false;
  if (v6 !== undefined) return isIpv6(v6);
  return v4 === undefined ? host !== undefined && isHostname(host) : ipv4.test(v4);
}

function isUri(text: string, form: RegExp = uri): boolean {
  const match = form.exec(text);
  const literal = match?.groups?.["literal"];
  return match !== null && (literal === undefined || isIpv6(literal) || futureLiteral.test(literal));
}

function isWebAddress(text: string): boolean {
  return /^(?:https?|ftp):\/\/[^/?#]/i.test(text) && isUri(text);
}

function isRegex(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

function isIntegerWithin(bits: number): (value: number) => boolean {
  const limit = 2 ** (bits - 1);
  return (value) => Number.isInteger(value) && value >= -limit && value < limit;
}

function ofText(validate: (text: string) => boolean, compare?: TextFormat["compare"]): TextFormat {
  return compare === undefined ? { type: "string", validate } : { type: "string", validate, compare };
}

function ofNumber(validate: (value: number) => boolean): NumberFormat {
  return { type: "number", validate };
}

function matching(form: RegExp): TextFormat {
  return ofText((text) => form.test(text));
}

const anyText = ofText(() => true);
const anyNumber = ofNumber(() => true);

function compareBy(position: (text: string) => number): (a: string, b: string) => number {
  return (a, b) => position(a) - position(b);
}

const instantOf = (text: string): number => parseInstant(text) ?? Number.NaN;

/**
 * The formats that contracts may name, by the RFCs that JSON Schema names for them. Ours, because those of ajv-formats
 * take offsets without minutes, durations that leave a unit out, `urn:uuid:` and broken Punycode, and refuse quoted
 * local parts of addresses. A `date-time` outside the years 1 to 9999 of UTC is none: no column of a warehouse would
 * hold it.
 */
export const formats: Readonly<Record<string, FormatDefinition>> = {
  date: ofText(
    isDate,
    compareBy((text) => Date.parse(text)),
  ),
  time: ofText(
    (text) => isTime(text, time),
    compareBy((text) => Date.parse(`1970-01-01T${text.replace(":60", ":59")}`)),
  ),
  "date-time": ofText((text) => parseInstant(text) !== undefined, compareBy(instantOf)),
  "iso-time": ofText((text) => isTime(text, looseTime)),
  "iso-date-time": ofText(isLooseDateTime),
  duration: matching(duration),
  uri: ofText((text) => isUri(text)),
  "uri-reference": ofText((text) => isUri(text) || isUri(text, relativeReference)),
  "uri-template": matching(uriTemplate),
  url: ofText(isWebAddress),
  email: ofText(isEmail),
  hostname: ofText(isHostname),
  ipv4: matching(ipv4),
  ipv6: ofText(isIpv6),
  regex: ofText(isRegex),
  uuid: matching(uuid),
  "json-pointer": matching(jsonPointer),
  "json-pointer-uri-fragment": matching(fragmentPointer),
  "relative-json-pointer": matching(relativeJsonPointer),
  byte: matching(base64),
  int32: ofNumber(isIntegerWithin(32)),
  int64: ofNumber(isIntegerWithin(64)),
  float: anyNumber,
  double: anyNumber,
  password: anyText,
  binary: anyText,
};
