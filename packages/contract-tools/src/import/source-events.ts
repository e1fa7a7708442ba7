import { isJsonObject, type Json, type JsonObject, parsePointer, valueAt } from "@millrace/schema-graph";
import type { ImportLog, SourceDocument } from "./source-documents.ts";

/** A type of event that a source documents. */
export interface SourceEvent {
  readonly document: SourceDocument;
  /** Where its schema stands in the document as it was read, `""` for the whole. */
  readonly pointer: string;
  /** Folder of its contract, in kebab-case. */
  readonly name: string;
  readonly type: string;
  /** Names by which senders may refer to the schema. */
  readonly dataschemas: readonly string[];
}

/** How events are chosen and named. */
export interface EventChoice {
  readonly source: string;
  readonly type?: string | undefined;
  readonly only?: RegExp | undefined;
}

/**
 * Returns the folder of a name: `orders/create`, `issues$opened` and `OrderCompleted` become `orders-create`,
 * `issues-opened` and `order-completed`.
 */
export function kebabCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll(/[^A-Za-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .toLowerCase();
}

/** The `self` of a self-describing document of Iglu. */
export interface SelfDescription {
  readonly vendor: string;
  readonly name: string;
  readonly format: string;
  readonly version: string;
}

export function selfDescriptionOf(schema: Json): SelfDescription | undefined {
  const self = isJsonObject(schema) ? schema["self"] : undefined;
  if (!isJsonObject(self)) return undefined;
  const { vendor, name, format, version } = self;
  const isWhole = [vendor, name, format, version].every((each) => typeof each === "string");
  return isWhole ? (self as unknown as SelfDescription) : undefined;
}

/**
 * Finds the events of a source: each file, but those that others refer to; of a file that is a choice of references,
 * each schema that these lead to.
 */
export function findEvents(documents: readonly SourceDocument[], choice: EventChoice, log: ImportLog): SourceEvent[] {
  const named = documents.flatMap((document): (readonly [string, string, SourceDocument])[] => {
    const types = typesOf(document, documents);
    if (types.length > 0) return types.map(({ pointer }) => [parsePointer(pointer).at(-1) ?? "", pointer, document]);
    const isPart = documents.some(
      (other) => other !== document && other.references.some(({ target }) => target.file === document.file),
    );
    return isPart ? [] : [[selfDescriptionOf(document.original)?.name ?? plainName(document.file), "", document]];
  });
  const chosen = named.filter(([name]) => choice.only === undefined || choice.only.test(name));
  const events = new Map<string, SourceEvent>();
  for (const [name, pointer, document] of chosen) {
    const event = describe(name, pointer, document, choice);
    const other = events.get(event.name);
    if (other === undefined && /^[a-z0-9][a-z0-9-]*$/.test(event.name)) {
      events.set(event.name, event);
      sayObject(event, log);
      continue;
    }
    const reason =
      other === undefined
        ? `No folder can be named after \`${name}\`.`
        : `Its folder would be \`${event.name}\`, as that of ${other.document.file}#${other.pointer} is.`;
    log.refusals.push({ file: document.file, pointer, reason, fix: "Rename one, or import them as two sources." });
  }
  return [...events.values()];
}

function describe(name: string, pointer: string, document: SourceDocument, { source, type }: EventChoice): SourceEvent {
  const self = pointer === "" ? selfDescriptionOf(document.original) : undefined;
  const dotted = name.replaceAll(/[/$]+/g, ".");
  const pattern = type ?? (self === undefined ? `${source}.{name}` : `${self.vendor}.{name}`);
  const iglu = self === undefined ? [] : [`iglu:${self.vendor}/${self.name}/${self.format}/${self.version}`];
  const uri = pointer === "" && document.uri !== undefined ? [document.uri] : [];
  return {
    document,
    pointer,
    name: kebabCase(name),
    type: pattern.replaceAll("{name}", dotted),
    dataschemas: [...iglu, ...uri],
  };
}

/** `schemas/orders/create.schema.json` → `schemas/orders/create`. */
function plainName(file: string): string {
  return file.replace(/(\.schema)?\.json$/, "");
}

/** The schemas that a choice of references leads to, through choices of references. */
function typesOf(
  document: SourceDocument,
  documents: readonly SourceDocument[],
  pointer = "",
  seen = new Set<string>(),
): { pointer: string }[] {
  const value = valueAt(document.original, pointer);
  const choice = isJsonObject(value) ? listOfReferences(value) : undefined;
  if (choice === undefined) return pointer === "" ? [] : [{ pointer }];
  return choice.flatMap((index) => {
    const place = `${pointer}/${index}`;
    const target = document.references.find((each) => each.pointer === place)?.target;
    // A choice of files is no file with many types: each of them has its own.
    if (target === undefined || target.file !== document.file || seen.has(target.pointer)) return [];
    seen.add(target.pointer);
    return typesOf(document, documents, target.pointer, seen);
  });
}

/** Steps to the members of a schema that is nothing but `oneOf` or `anyOf` of references. */
function listOfReferences(schema: JsonObject): string[] | undefined {
  for (const word of ["oneOf", "anyOf"]) {
    const list = schema[word];
    const isPlain = schema["properties"] === undefined && schema["$ref"] === undefined;
    if (isPlain && Array.isArray(list) && list.every((each) => isJsonObject(each) && each["$ref"] !== undefined)) {
      return list.map((_, index) => `${word}/${index}`);
    }
  }
  return undefined;
}

function sayObject({ document: { file, original }, pointer }: SourceEvent, log: ImportLog): void {
  const schema = valueAt(original, pointer);
  if (!isJsonObject(schema) || schema["type"] !== undefined || schema["$ref"] !== undefined) return;
  const why = "The data of an event is an object.";
  log.changes.push({ file, pointer, before: null, after: { type: "object" }, why });
}
