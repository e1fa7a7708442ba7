import { isUtf8 } from "node:buffer";
import { parseInstant } from "@millrace/event-contracts";

/**
 * The types of CloudEvents attributes.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type-system
 */

const printableAscii = /^[\x20-\x7e]*$/;
// Control characters, noncharacters and unpaired surrogates; with the flag `u` a surrogate class matches only lone
// ones.
// oxlint-disable-next-line no-control-regex -- the specification forbids exactly these
const forbidden = /[\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\p{Noncharacter_Code_Point}\p{Surrogate}]/u;

/** True if a CloudEvents string may hold every character of the text. */
export function isAllowedString(value: string): boolean {
  return printableAscii.test(value) || !forbidden.test(value);
}

/**
 * The text of a header, which Node gives byte by byte: UTF-8 where it is that, else Latin-1, as RFC 9110 has it.
 * Without the characters that no CloudEvents string may hold.
 */
export function readHeaderText(value: string): string {
  if (printableAscii.test(value)) return value;
  const bytes = Buffer.from(value, "latin1");
  const text = isUtf8(bytes) ? bytes.toString("utf8") : value;
  return text.replaceAll(new RegExp(forbidden, "gu"), "");
}

/** At most so many UTF-16 units, without half a character at the end. */
export function cutText(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters ? text : text.slice(0, maxCharacters).replace(/[\ud800-\udbff]$/, "");
}

const uriReference = /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[\dA-Fa-f]{2})+$/;
const scheme = /^[A-Za-z][A-Za-z\d+.-]*:/;

/** A non-empty URI reference (RFC 3986, section 4.1), by its characters. */
export function isUriReference(value: string): boolean {
  return uriReference.test(value);
}

/** A URI (RFC 3986, section 3), by its scheme and characters. */
export function isUri(value: string): boolean {
  return scheme.test(value) && uriReference.test(value);
}

const timestamp =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Times that may be no instant of the years 1 to 9999 of UTC, or no second that a clock has shown. */
const rare = /^(?:0000|0001|9999)|:60/;

/**
 * True for an RFC 3339 date-time of a day that exists, in the years 1 to 9999 of UTC. docs/data.md tells how it is
 * stored.
 */
export function isTimestamp(value: string): boolean {
  if (!timestamp.test(value)) return false;
  if (rare.test(value)) return parseInstant(value) !== undefined;
  const day = Number(value.slice(8, 10));
  // Every month has 28 days, so most days need no calendar.
  return day <= 28 || day <= daysInMonth(Number(value.slice(0, 4)), Number(value.slice(5, 7)));
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** A CloudEvents integer: 32 bits with sign. */
export function isInteger(value: number): boolean {
  return Number.isInteger(value) && value >= -2_147_483_648 && value <= 2_147_483_647;
}

/** Version 00 of W3C Trace Context; ids of zeros alone are not valid. */
const traceparentPattern = /^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
export function isTraceparent(value: string): boolean {
  return traceparentPattern.test(value);
}

const attributeName = /^[a-z\d]+$/;

/** @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#attribute-naming-convention */
export function isAttributeName(name: string): boolean {
  return attributeName.test(name);
}
