import { type Change, compareSchemas } from "@millrace/contract-tools/compatibility";
import { createRegistry, type JsonObject, type SchemaDocument } from "@millrace/contract-tools/registry";
import { meaningOf, nameDestination, type RouteDocument, type RouteMeaning } from "@millrace/routes";
import { isJsonObject, type Json, mapHeld, valueBelow } from "@millrace/schema-graph";
import type { EventModel } from "../analysis/event-model.ts";
import { type DeliveredStream, describeStream } from "./delivered-stream.ts";

/** Something that the consumers of a stream have to know of a change of its routes. */
export interface DeliveredChange {
  readonly stream: string;
  /** A consumer that reads by the old schema meets records that the schema refuses, or misses a field. */
  readonly isBreak: boolean;
  readonly text: string;
}

const MAX_SHOWN = 4;

/**
 * Compares what streams delivered with what they will deliver, by the contracts of today. A field that is new, or there
 * in every record now, breaks no reader; one that is gone, or no longer in every record, may.
 */
export function compareDelivered(
  { before, after }: { readonly before: readonly RouteDocument[]; readonly after: readonly RouteDocument[] },
  model: EventModel,
): DeliveredChange[] {
  return streamsOf(before).flatMap((stream): DeliveredChange[] => {
    const [was, is] = [before, after].map((documents) => describeStream(stream, documents, model));
    if (was === undefined || is === undefined) return [];
    const [old, now] = [before, after].map((documents) => deliveryOf(stream, documents));
    return [...compareStream(was, is), ...comparePromises(old, now)].map((change) => ({ stream, ...change }));
  });
}

/** How a stream is written to; its routes say the same. */
function deliveryOf(stream: string, documents: readonly RouteDocument[]): RouteMeaning["delivery"] | undefined {
  const route = documents
    .flatMap(({ routes }) => routes)
    .find(({ destination }) => nameDestination(destination).name === stream);
  return route && meaningOf(route).delivery;
}

/** Promises on records that readers may rely on, whatever is in them. */
function comparePromises(was: RouteMeaning["delivery"] | undefined, is: RouteMeaning["delivery"] | undefined): Told[] {
  const isPacked = was?.eventsPerRecord === 1 && is?.eventsPerRecord === "many";
  const isUnordered = was?.ordering === "per-key" && is?.ordering === "none";
  return [
    ...(isPacked ? [{ isBreak: true, text: "a record may hold several events, a line each" }] : []),
    ...(isUnordered ? [{ isBreak: true, text: "events of a partition key keep their order no more" }] : []),
  ];
}

function streamsOf(documents: readonly RouteDocument[]): string[] {
  return [
    ...new Set(documents.flatMap(({ routes }) => routes.map(({ destination }) => nameDestination(destination).name))),
  ];
}

type Told = Omit<DeliveredChange, "stream">;

function compareStream(was: DeliveredStream, is: DeliveredStream): Told[] {
  const typesOf = ({ valid }: DeliveredStream): string[] => [...new Set(valid.map(({ contract }) => contract.type))];
  const [oldTypes, newTypes] = [typesOf(was), typesOf(is)];
  const added = newTypes.filter((type) => !oldTypes.includes(type));
  const gone = oldTypes.filter((type) => !newTypes.includes(type));
  const records = new Map(is.valid.map(({ contract, record }) => [contract.id, record]));
  const changed = was.valid.flatMap(({ contract, record }): [string, string][] => {
    const now = records.get(contract.id);
    return now === undefined ? [] : breaksBetween(record, now).map((change) => [describe(change), contract.type]);
  });
  const others =
    was.notValid === undefined || is.notValid === undefined
      ? []
      : breaksBetween(was.notValid, is.notValid).map((change): [string, string] => [
          describe(change),
          "events that hold no contract",
        ]);
  const byText = Map.groupBy([...changed, ...others], ([text]) => text);
  return [
    ...(was.notValid === undefined && is.notValid !== undefined
      ? [{ isBreak: true, text: "newly delivers events that hold no contract: nothing is sure of their `event.data`" }]
      : []),
    ...[...byText].map(([text, of]) => ({ isBreak: true, text: `${text} (${shown(of.map(([, type]) => type))})` })),
    ...(added.length > 0 ? [{ isBreak: false, text: `newly delivers ${shown(added)}` }] : []),
    ...(gone.length > 0 ? [{ isBreak: false, text: `delivers ${shown(gone)} no more` }] : []),
  ];
}

/** The differences that a reader of the older records meets. */
function breaksBetween(older: JsonObject, newer: JsonObject): Change[] {
  const [before, after] = [closed(older), closed(withoutNewPromises(newer, older))];
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [from, to] = [toDocument("1-0-0", before), toDocument("1-0-1", after)];
  const { resources } = createRegistry([]).registry;
  return compareSchemas(from, to, resources).filter((change) => change.class !== "addition");
}

function toDocument(version: string, schema: JsonObject): SchemaDocument {
  const file = `streams/record/${version}.json`;
  const [model = 1, revision = 0, addition = 0] = version.split("-").map(Number);
  return {
    id: `https://millrace.example/schemas/${file}`,
    file,
    kind: "streams",
    name: "record",
    version: { model, revision, addition },
    draft: "2020-12",
    isForeign: false,
    schema,
  };
}

/** As if no record had other fields than those that are declared: then a new one is an addition to the judge. */
function closed(schema: JsonObject): JsonObject {
  const copy = mapHeld(schema, closed);
  return copy["properties"] === undefined || copy["additionalProperties"] !== undefined
    ? copy
    : { ...copy, additionalProperties: false };
}

/** Readers do not mind a field that is in every record now; the judge thinks of those who write. */
function withoutNewPromises(newer: JsonObject, older: Json | undefined): JsonObject {
  const { required, ...result } = mapHeld(newer, (inner, steps) =>
    withoutNewPromises(inner, valueBelow(older ?? null, steps)),
  );
  const promised = isJsonObject(older) && Array.isArray(older["required"]) ? older["required"] : [];
  const kept = Array.isArray(required) ? required.filter((name) => promised.includes(name)) : [];
  return kept.length === 0 ? result : { ...result, required: kept };
}

/** The judge speaks of fields by their last name; consumers look for the path. */
function describe({ message, path }: Change): string {
  return path.length <= 1 ? message.replace(/\.$/, "") : `${path.join(".")}: ${message.replace(/\.$/, "")}`;
}

function shown(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  if (distinct.length <= MAX_SHOWN) return distinct.join(", ");
  return `${distinct.slice(0, MAX_SHOWN).join(", ")} and ${distinct.length - MAX_SHOWN} more`;
}
