import type { SetAsideRule } from "@millrace/event-contracts/validator-runtime";
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
  /** True if it maps the source's schemas. A mapping that only sets events aside leaves them ours. */
  readonly isOfOthers: boolean;
  /** Events that are set aside while no contract describes them. */
  readonly setAside?: SetAsideRule;
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
  const isOfOthers = !isJsonObject(value) || value["events"] !== undefined || value["setAside"] === undefined;
  const listed = isJsonObject(value) ? (isOfOthers ? value["events"] : {}) : undefined;
  if (!isJsonObject(value) || !isJsonObject(listed)) {
    fault("", "A mapping is an object with `events`, `setAside` or both.", shape);
    return { file, events, namedBy, isOfOthers };
  }
  const setAside = readSetAside(value["setAside"], (pointer, message) => fault(pointer, message, setAsideShape));
  const { namedBy: pointers = {} } = value;
  const types: [string, Json][] = isJsonObject(pointers) ? Object.entries(pointers) : [["", null]];
  for (const [type, pointer] of types) {
    if (typeof pointer === "string" && /^(?:\/(?:[^~/]|~[01])*)+$/u.test(pointer)) namedBy.set(type, pointer);
    else fault("/namedBy", "`namedBy` is an object: type → JSON Pointer into the data.", namedByShape);
  }
  for (const key of Object.keys(value)) {
    if (!["events", "namedBy", "setAside", "description"].includes(key))
      fault(`/${key}`, `\`${key}\` is not known.`, shape);
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
  return { file, events, namedBy, isOfOthers, ...(setAside === undefined ? {} : { setAside }) };
}

const setAsideShape = 'Write e.g. `"setAside": { "sources": ["https://shop.example/*"], "types": ["shop.*"] }`.';

function readSetAside(
  value: Json | undefined,
  fault: (pointer: string, message: string) => void,
): SetAsideRule | undefined {
  if (value === undefined) return undefined;
  const lists = isJsonObject(value) ? Object.entries(value) : [];
  const rule: Record<string, Json> = {};
  if (lists.length === 0) fault("/setAside", "`setAside` is an object with `sources`, `types` or both.");
  for (const [name, patterns] of lists) {
    if (name !== "sources" && name !== "types") fault(`/setAside/${name}`, `\`${name}\` is not known.`);
    const isList =
      Array.isArray(patterns) &&
      patterns.length > 0 &&
      patterns.every((each) => typeof each === "string" && /^[^*]+\*?$/u.test(each));
    if (isList) rule[name] = patterns;
    else fault(`/setAside/${name}`, "lists names; one may end in `*`, for all that begin so.");
  }
  return Object.keys(rule).length === lists.length && lists.length > 0 ? rule : undefined;
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
