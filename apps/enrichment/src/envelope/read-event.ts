import type { RawEvent } from "@millrace/event-contracts";
import { type BadRowKind, badRowKinds } from "../bad-rows/bad-row-kinds.ts";
import { isDeeperThan, isJsonObject } from "../json-value.ts";
import { maxEventDepth } from "../limits.ts";

/** An event, or why the JSON value is none. */
export type ReadEvent =
  | { readonly ok: true; readonly event: RawEvent }
  | { readonly ok: false; readonly kind: BadRowKind; readonly message: string };

// CloudEvents 1.0, 2.3.1, and what ingest adds: without them an event has no identity, no contract, no tenant.
const requiredAttributes = ["id", "source", "type", "time", "tenantid", "receivedat"] as const;

/** Takes a JSON value for an event, if it is one. */
export function readEvent(value: unknown): ReadEvent {
  if (!isJsonObject(value)) {
    return { ok: false, kind: badRowKinds.notAnObject, message: `Expected a JSON object, got ${describeType(value)}.` };
  }
  if (isDeeperThan(value, maxEventDepth)) {
    return { ok: false, kind: badRowKinds.tooDeep, message: `The event nests deeper than ${maxEventDepth} levels.` };
  }
  const faults = findEnvelopeFaults(value);
  if (faults.length > 0) {
    return { ok: false, kind: badRowKinds.notAnEvent, message: `The object is no CloudEvent: ${faults.join("; ")}.` };
  }
  return { ok: true, event: value as RawEvent };
}

function findEnvelopeFaults(object: Record<string, unknown>): string[] {
  const faults: string[] = [];
  if (ownValue(object, "specversion") !== "1.0") faults.push('expected `specversion` to be "1.0"');
  for (const name of requiredAttributes) {
    const value = ownValue(object, name);
    if (typeof value !== "string" || value === "") faults.push(`expected \`${name}\` to be a text that is not empty`);
  }
  for (const name of ["subject", "dataschema"]) {
    const value = ownValue(object, name);
    if (value !== undefined && typeof value !== "string") faults.push(`expected \`${name}\` to be a text`);
  }
  return faults;
}

/** Not what `Object.prototype` would answer. */
function ownValue(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function describeType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
