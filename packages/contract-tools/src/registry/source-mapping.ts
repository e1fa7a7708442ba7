import { isJsonObject, type Json } from "@millrace/schema-graph";
import { parseVersion } from "../schema-id.ts";
import type { Fault } from "./fault.ts";

/**
 * `events/<source>/source.json`: names that others gave the events of a source, and the word that others wrote its
 * schemas, so that the rules of our own craft do not apply to them.
 */
export interface SourceMapping {
  /** Path of the file below `schemas/`. */
  readonly file: string;
  /** By folder of the event. */
  readonly events: ReadonlyMap<string, MappedEvent>;
  /** Type → JSON Pointer in the data of its events to the name that tells their contracts apart. */
  readonly namedBy: ReadonlyMap<string, string>;
}

export interface MappedEvent {
  /** The `type` of its events, any text: `invoice.payment_succeeded`, `Order Completed`. */
  readonly type?: string;
  /** Names in the data of events of the type that make the contract theirs. */
  readonly names: readonly string[];
  /** Version → `dataschema`s by which senders name it: `iglu:com.acme/order/jsonschema/1-0-0`, a vendor's URL. */
  readonly dataschemas: ReadonlyMap<string, readonly string[]>;
}

/** The source whose mapping a path names, `undefined` for every other path. */
export function mappedSourceOf(file: string): string | undefined {
  return /^events\/([a-z0-9][a-z0-9-]*)\/source\.json$/.exec(file)?.[1];
}

/** Reads a mapping. Members that are wrong are told and left out. */
export function readSourceMapping(file: string, value: Json, faults: Fault[]): SourceMapping {
  const fault = (pointer: string, message: string, fix: string): void => {
    faults.push({ file, pointer, rule: "mapping", message, fix });
  };
  const shape =
    'Write `{ "events": { "<event>": { "type": "…", "names": ["…"], "dataschemas": { "1-0-0": ["…"] } } } }`.';
  const events = new Map<string, MappedEvent>();
  const namedBy = new Map<string, string>();
  const listed = isJsonObject(value) ? value["events"] : undefined;
  if (!isJsonObject(value) || !isJsonObject(listed)) {
    fault("", "A mapping is an object with `events`.", shape);
    return { file, events, namedBy };
  }
  const { namedBy: pointers = {} } = value;
  for (const [type, pointer] of Object.entries(isJsonObject(pointers) ? pointers : { "": pointers })) {
    if (typeof pointer === "string" && /^(?:\/(?:[^~/]|~[01])*)+$/u.test(pointer)) namedBy.set(type, pointer);
    else fault("/namedBy", "`namedBy` is an object: type → JSON Pointer into the data.", namedByShape);
  }
  for (const key of Object.keys(value)) {
    if (!["events", "namedBy", "description"].includes(key)) fault(`/${key}`, `\`${key}\` is not known.`, shape);
  }
  for (const [name, entry] of Object.entries(listed)) {
    const pointer = `/events/${name}`;
    if (!isJsonObject(entry)) {
      fault(pointer, "An event's entry is an object.", shape);
      continue;
    }
    const { type, names = [], dataschemas = {}, ...others } = entry;
    for (const key of Object.keys(others)) fault(`${pointer}/${key}`, `\`${key}\` is not known.`, shape);
    const isNamed = typeof type === "string" && type !== "";
    if (type !== undefined && !isNamed) fault(`${pointer}/type`, "`type` is a text with a character at least.", shape);
    const isList = Array.isArray(names) && names.every((each) => typeof each === "string" && each !== "");
    if (!isList) fault(`${pointer}/names`, "`names` is a list of texts.", shape);
    const named = readDataschemas(dataschemas, (step, message) =>
      fault(`${pointer}/dataschemas${step}`, message, shape),
    );
    events.set(name, {
      ...(isNamed ? { type } : {}),
      names: isList ? (names as string[]) : [],
      dataschemas: named,
    });
  }
  return { file, events, namedBy };
}

const namedByShape = 'Write e.g. `"namedBy": { "segment.track": "/event" }`.';

function readDataschemas(
  value: Json,
  fault: (pointer: string, message: string) => void,
): ReadonlyMap<string, readonly string[]> {
  const named = new Map<string, readonly string[]>();
  if (!isJsonObject(value)) {
    fault("", "`dataschemas` is an object: version → list of names.");
    return named;
  }
  for (const [version, names] of Object.entries(value)) {
    if (parseVersion(version) === undefined) fault(`/${version}`, `\`${version}\` is no MODEL-REVISION-ADDITION.`);
    const isList = Array.isArray(names) && names.every((name) => typeof name === "string" && name !== "");
    if (!isList) fault(`/${version}`, "The names of a version are a list of texts.");
    else named.set(version, names as string[]);
  }
  return named;
}
