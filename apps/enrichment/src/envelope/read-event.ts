import type { RawEvent } from "@millrace/event-contracts";
import { type BadRowKind, badRowKinds } from "../bad-rows/bad-row-kinds.ts";
import { isDeeperThan, isJsonObject } from "../json-value.ts";
import { MAX_EVENT_DEPTH } from "../limits.ts";

/** An event, or why the JSON value is none. */
export type ReadEvent =
  | { readonly ok: true; readonly event: RawEvent }
  | { readonly ok: false; readonly kind: BadRowKind; readonly message: string };

/**
 * Takes a JSON value for an event, if it is one.
 *
 * @param text the JSON it was read from: it tells sooner that nothing is nested too deep
 */
export function readEvent(value: unknown, text: string): ReadEvent {
  if (!isJsonObject(value)) {
    return { ok: false, kind: badRowKinds.notAnObject, message: `Expected a JSON object, got ${describeType(value)}.` };
  }
  if (mayBeDeeperThan(text, MAX_EVENT_DEPTH) && isDeeperThan(value, MAX_EVENT_DEPTH)) {
    return { ok: false, kind: badRowKinds.tooDeep, message: `The event nests deeper than ${MAX_EVENT_DEPTH} levels.` };
  }
  if (hasEnvelope(value)) return { ok: true, event: value };
  const faults = findEnvelopeFaults(value);
  return { ok: false, kind: badRowKinds.notAnEvent, message: `The object is no CloudEvent: ${faults.join("; ")}.` };
}

/** A value nests no deeper than its text has opening brackets. */
function mayBeDeeperThan(text: string, limit: number): boolean {
  let brackets = 0;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      brackets += 1;
      if (brackets > limit) return true;
    }
  }
  return false;
}

// CloudEvents 1.0, 2.3.1, and what ingest adds: without them an event has no identity, no contract, no tenant.
const requiredAttributes = ["id", "source", "type", "tenantid"] as const;
const requiredTimes = ["time", "receivedat"] as const;
const optionalTimes = ["replayedat"] as const;
const optionalAttributes = ["subject", "dataschema"] as const;

/** True if {@link findEnvelopeFaults} finds no fault. Written out, because it runs for every event. */
function hasEnvelope(object: Record<string, unknown>): object is RawEvent {
  const { specversion, id, source, type, time, tenantid, receivedat, replayedat, subject, dataschema } = object;
  return (
    specversion === "1.0" &&
    isText(id) &&
    isText(source) &&
    isText(type) &&
    isTime(time) &&
    isText(tenantid) &&
    isTime(receivedat) &&
    (replayedat === undefined || isTime(replayedat)) &&
    (subject === undefined || typeof subject === "string") &&
    (dataschema === undefined || typeof dataschema === "string")
  );
}

const isText = (value: unknown) => typeof value === "string" && value !== "";

// RFC 3339, 5.6. The clock enrichment notes a day that does not exist.
const dateTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/u;
const isTime = (value: unknown) => typeof value === "string" && dateTime.test(value);

function findEnvelopeFaults(object: Record<string, unknown>): string[] {
  return [
    ...(object["specversion"] === "1.0" ? [] : ['expected `specversion` to be "1.0"']),
    ...requiredAttributes
      .filter((name) => !isText(object[name]))
      .map((name) => `expected \`${name}\` to be a text that is not empty`),
    ...requiredTimes
      .filter((name) => !isTime(object[name]))
      .map((name) => `expected \`${name}\` to be an RFC 3339 time`),
    ...optionalTimes
      .filter((name) => object[name] !== undefined && !isTime(object[name]))
      .map((name) => `expected \`${name}\` to be an RFC 3339 time`),
    ...optionalAttributes
      .filter((name) => object[name] !== undefined && typeof object[name] !== "string")
      .map((name) => `expected \`${name}\` to be a text`),
  ];
}

function describeType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
