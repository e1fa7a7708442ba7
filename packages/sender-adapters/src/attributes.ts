import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { parseInstant } from "@millrace/event-contracts";
import { MAX_IDENTIFIER_CHARACTERS, MAX_USER_AGENT_CHARACTERS } from "./limits.ts";

// Characters that no CloudEvents string may contain: control characters, noncharacters, unpaired surrogates.
// oxlint-disable-next-line no-control-regex -- the specification forbids exactly these
const forbidden = /[\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\p{Noncharacter_Code_Point}\p{Surrogate}]/u;

/** A text that an attribute may hold; a number becomes its digits. `undefined` for everything else. */
export function readAttribute(value: unknown, maxCharacters: number = MAX_IDENTIFIER_CHARACTERS): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || text === "" || text.length > maxCharacters || forbidden.test(text)) return undefined;
  return text;
}

/** The first of the values that an attribute may hold. */
export function firstAttribute(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const text = readAttribute(value);
    if (text !== undefined) return text;
  }
  return undefined;
}

/**
 * Returns the id of an event: the sender's own; its hash where an attribute cannot hold it; else the hash of the
 * message, if the message has a time. Two messages without id and time may be two events, so they get ids of their own.
 */
export function readId(own: unknown, message: unknown, time: string | undefined): string | undefined {
  if (own !== undefined && own !== null && own !== "") return readAttribute(own) ?? hashOf(own);
  return time === undefined ? undefined : hashOf(message);
}

/** A name for a JSON value: the same for the same text. */
export function hashOf(value: unknown): string {
  return `sha256-${createHash("sha256").update(JSON.stringify(value)).digest("base64url")}`;
}

const looseTime = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?([.,]\d+)?\s?([Zz]|[+-]\d\d(?::?\d\d)?)?$/;
const digits = /^\d{1,20}$/;
/** Below this an epoch number counts seconds: as milliseconds it would be a day of 1973. */
const SMALLEST_MILLISECONDS = 100_000_000_000;

/**
 * RFC 3339 text of the times that SDKs send: RFC 3339, ISO 8601 with a space, without seconds or zone (then UTC), epoch
 * seconds or milliseconds. `undefined` for everything else.
 */
export function readTime(value: unknown): string | undefined {
  if (typeof value === "number") return timeOf(Math.abs(value) < SMALLEST_MILLISECONDS ? value * 1_000 : value);
  if (typeof value !== "string" || value.length > 64) return undefined;
  const text = value.trim();
  if (digits.test(text)) return readTime(Number(text));
  const [, day, minute, second = ":00", fraction = "", zone = "Z"] = looseTime.exec(text) ?? [];
  if (day === undefined || minute === undefined) return undefined;
  const time = `${day}T${minute}${second}${fraction.replace(",", ".")}${readZone(zone)}`;
  return parseInstant(time) === undefined ? undefined : time;
}

function readZone(zone: string): string {
  if (zone === "Z" || zone === "z") return "Z";
  return zone.length === 3 ? `${zone}:00` : zone.includes(":") ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
}

/** RFC 3339 text of epoch milliseconds. */
export function timeOf(epochMs: number): string | undefined {
  if (!Number.isFinite(epochMs) || Math.abs(epochMs) > 8.64e15) return undefined;
  const time = new Date(epochMs).toISOString();
  return parseInstant(time) === undefined ? undefined : time;
}

/** RFC 3339 text with all nine digits of epoch nanoseconds, which come as decimal text or as a number. */
export function readNanoseconds(value: unknown): string | undefined {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== "string" || !digits.test(text) || /^0+$/.test(text)) return undefined;
  const padded = text.padStart(10, "0");
  const second = timeOf(Number(padded.slice(0, -9)) * 1_000);
  return second === undefined ? undefined : `${second.slice(0, 19)}.${padded.slice(-9)}Z`;
}

/** The end user's address and agent, as attributes. */
export function clientAttributes(ip: unknown, userAgent: unknown): { clientip?: string; useragent?: string } {
  const agent = typeof userAgent === "string" ? userAgent.slice(0, MAX_USER_AGENT_CHARACTERS) : undefined;
  const useragent = readAttribute(agent);
  return {
    ...(typeof ip === "string" && isIP(ip) !== 0 && { clientip: ip }),
    ...(useragent !== undefined && { useragent }),
  };
}
