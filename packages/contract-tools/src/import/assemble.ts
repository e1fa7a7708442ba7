import {
  isJsonObject,
  type Json,
  type JsonObject,
  mapHeld,
  parsePointer,
  pointerStep,
  valueAt,
} from "@millrace/schema-graph";
import { type Change, isAbove } from "../check/history/change.ts";
import { nextVersions } from "../check/history/check-versions.ts";
import { compareSchemas } from "../check/history/compare-schemas.ts";
import { isSameJson } from "../check/history/same-schemas.ts";
import { unannotatedSensitive } from "../check/lint/privacy.ts";
import { parseFolder, type SchemasFolder } from "../check/schemas-folder.ts";
import { compareVersions, formatVersion, schemaBaseUrl } from "../schema-id.ts";
import { asContract, asReference, headOf } from "./contract-schema.ts";
import { proposeAnnotation } from "./propose-annotation.ts";
import type { SourceDocument } from "./source-documents.ts";
import { kebabCase, type SourceEvent } from "./source-events.ts";
import { dialectUris, targetOf } from "./source-dialects.ts";
import { jsonText } from "../json-text.ts";

/** A place in a file of the source. */
export interface SourcePlace {
  readonly file: string;
  readonly pointer: string;
}

/** The files of an import, as far as they are decided. */
export interface Made {
  /** Every file to write, by path below `schemas/`. */
  readonly files: SchemasFolder;
  readonly contracts: readonly { readonly type: string; readonly file: string; readonly from: string }[];
  /** Contracts whose newest version is equal already. */
  readonly unchanged: readonly string[];
  readonly annotations: readonly { readonly file: string; readonly pointer: string; readonly annotation: Json }[];
  /** By file: from a pointer in it to the place in the source. */
  readonly places: ReadonlyMap<string, (pointer: string) => SourcePlace>;
}

export interface Assembly {
  make(): Made;
  /** Leaves out what stands at a place of the source, and every event that refers to it. */
  exclude(file: string, pointer: string): void;
}

/** Puts the documents of an import together, again when something is left out. */
export function createAssembly(
  folder: SchemasFolder,
  documents: readonly SourceDocument[],
  events: readonly SourceEvent[],
  { source, at = [] }: { readonly source: string; readonly at?: readonly string[] | undefined },
): Assembly {
  const byFile = new Map(documents.map((document) => [document.file, document]));
  const { registry: present } = parseFolder(folder);
  const mappingFile = `events/${source}/source.json`;
  const split = new Set(events.filter(({ pointer }) => pointer !== "").map(({ document }) => document.file));
  const referred = new Set(
    documents.flatMap(({ file, references }) =>
      references.flatMap(({ target }) => (target.file === file ? [] : target.file)),
    ),
  );
  const isShared = (file: string): boolean => at.length > 0 || split.has(file) || referred.has(file);
  const excluded = new Set<string>();
  const closures = new Map<SourceEvent, ReadonlySet<string>>();
  const leadsTo = new Map<string, Set<string>>();
  for (const { file, references } of documents) {
    for (const { pointer, target } of references) {
      const from = unitOf({ file, pointer });
      leadsTo.set(from, (leadsTo.get(from) ?? new Set()).add(unitOf(target)));
    }
  }
  for (const event of events) {
    const found = new Set([unitOf({ file: event.document.file, pointer: event.pointer })]);
    // A set is walked to its end, with what is added on the way.
    for (const unit of found) for (const next of leadsTo.get(unit) ?? []) found.add(next);
    closures.set(event, found);
  }
  return {
    make,
    exclude(file, pointer) {
      excluded.add(unitOf({ file, pointer }));
    },
  };

  /** The unit that stays or goes as a whole: a definition of a file with many types, else the file. */
  function unitOf({ file, pointer }: SourcePlace): string {
    const document = byFile.get(file);
    if (document === undefined || !split.has(file)) return file;
    const [word, name] = parsePointer(nearest(document.moved, pointer));
    const isDefinition = (word === "definitions" || word === "$defs") && name !== undefined;
    return isDefinition ? `${file}#/${word}${pointerStep(name)}` : file;
  }

  function make(): Made {
    const kept = events.filter((event) => ![...(closures.get(event) ?? [])].some((unit) => excluded.has(unit)));
    const needed = new Set(kept.flatMap((event) => [...(closures.get(event) ?? [])]));
    const neededFiles = new Set([...needed].map((unit) => unit.replace(/#.*$/, "")));
    const shared = documents.filter(({ file }) => isShared(file) && neededFiles.has(file));
    const versions = new Map<string, string>();
    const pathOf = (file: string): string => `shared/${source}/${nameOf(file)}/${versions.get(file) ?? "1-0-0"}.json`;
    for (const document of shared) {
      const schema = assembleShared(document, needed, pathOf);
      versions.set(document.file, versionFor("shared", nameOf(document.file), schema, new Map()).version);
    }
    const files = new Map<string, JsonObject>();
    const places = new Map<string, (pointer: string) => SourcePlace>();
    for (const document of shared) {
      const path = pathOf(document.file);
      if (folder.has(path)) continue;
      files.set(path, assembleShared(document, needed, pathOf));
      const from = new Map([...document.moved].map(([before, after]) => [after, before]));
      places.set(path, (pointer) => ({ file: document.file, pointer: nearest(from, pointer) }));
    }
    const contracts: { type: string; file: string; from: string }[] = [];
    const unchanged: string[] = [];
    const mapped = kept.map((event) => {
      const { document, pointer, name, type } = event;
      const from = document.file + (pointer && `#${pointer}`);
      const there = `${schemaBaseUrl}${pathOf(document.file)}#${encodeURI(document.moved.get(pointer) ?? pointer)}`;
      const schema = isShared(document.file)
        ? asReference(event, there.replace(/#$/, ""), at)
        : asContract(document, patched(document, pathOf));
      const { version, isNew } = versionFor("events", name, schema, files);
      const file = `events/${source}/${name}/${version}.json`;
      if (isNew) {
        const back = new Map([...document.moved].map(([before, after]) => [after, before]));
        files.set(file, schema);
        places.set(file, (inner) => ({
          file: document.file,
          pointer: isShared(document.file) ? pointer : nearest(back, inner),
        }));
        contracts.push({ type, file, from });
      } else unchanged.push(file);
      return { event, version };
    });
    const mapping = mergedMapping(folder.get(mappingFile), mapped);
    places.set(mappingFile, (pointer) => {
      const event = kept.find(({ name }) => name === parsePointer(pointer)[1]);
      return { file: event?.document.file ?? mappingFile, pointer: event?.pointer ?? "" };
    });
    const annotations = annotate(files, mapping);
    const texts = new Map([...files].map(([path, schema]): [string, string] => [path, jsonText(schema)]));
    if (kept.length > 0) texts.set(mappingFile, jsonText(mapping));
    return { files: texts, contracts, unchanged, annotations, places };
  }

  function nameOf(file: string): string {
    const event = events.find(({ document, pointer }) => document.file === file && pointer === "");
    return event?.name ?? kebabCase(file.replace(/(\.schema)?\.json$/, ""));
  }

  /** The converted schema with its references written out. */
  function patched(document: SourceDocument, pathOf: (file: string) => string): JsonObject {
    for (const { holder, target } of document.references) {
      const there = byFile.get(target.file)?.moved.get(target.pointer) ?? target.pointer;
      const fragment = there === "" ? "" : `#${encodeURI(there)}`;
      holder["$ref"] = target.file === document.file ? fragment || "#" : schemaBaseUrl + pathOf(target.file) + fragment;
    }
    return document.schema;
  }

  /** Of a file with many types only the definitions that are needed. */
  function assembleShared(
    document: SourceDocument,
    needed: ReadonlySet<string>,
    pathOf: (file: string) => string,
  ): JsonObject {
    const { $schema: _, definitions, $defs, ...root } = patched(document, pathOf);
    const keep = (word: string, map: Json | undefined): JsonObject => {
      const names = Object.entries(isJsonObject(map) ? map : {}).filter(
        ([name]) => !split.has(document.file) || needed.has(`${document.file}#/${word}${pointerStep(name)}`),
      );
      return names.length === 0 ? {} : { [word]: Object.fromEntries(names) };
    };
    const head = split.has(document.file) && !needed.has(document.file) ? headOf(root) : root;
    const $schema = dialectUris[targetOf[document.dialect]];
    return structuredClone({ $schema, ...head, ...keep("definitions", definitions), ...keep("$defs", $defs) });
  }

  /** Returns the version to write a schema as, or the newest one if that is equal. */
  function versionFor(
    kind: string,
    name: string,
    schema: JsonObject,
    beside: ReadonlyMap<string, JsonObject>,
  ): { version: string; isNew: boolean } {
    const versions = [...present.documents.values()].filter(
      (each) => each.kind === kind && each.name === `${source}/${name}`,
    );
    const newest = versions.toSorted((a, b) => compareVersions(a.version, b.version)).at(-1);
    if (newest === undefined) return { version: "1-0-0", isNew: true };
    if (isSameJson(withoutAnnotations(newest.schema), withoutAnnotations(schema))) {
      return { version: formatVersion(newest.version), isNew: false };
    }
    const [addition, revision, model] = nextVersions(newest.version).map(formatVersion);
    const file = `${kind}/${source}/${name}/${addition ?? ""}.json`;
    const { registry } = parseFolder(
      new Map([
        ...[...folder].filter(([path]) => /^(events|shared)\//.test(path)),
        ...[...beside, [file, schema] as const].map(([path, value]) => [path, jsonText(value)] as const),
      ]),
    );
    const [older, newer] = [registry.documents.get(newest.id), registry.documents.get(schemaBaseUrl + file)];
    const changes: Change[] = older && newer ? compareSchemas(older, newer, registry.resources) : [];
    const isMore = (step: "addition" | "revision"): boolean => changes.some((change) => isAbove(change.class, step));
    return { version: (isMore("revision") ? model : isMore("addition") ? revision : addition) ?? "", isNew: true };
  }

  /** Annotates what looks sensitive, as the version before did, or by its name. */
  function annotate(files: ReadonlyMap<string, JsonObject>, mapping: JsonObject): Made["annotations"] {
    const texts = [...files, [mappingFile, mapping] as const].map(([path, value]) => [path, jsonText(value)] as const);
    const { registry } = parseFolder(new Map([...folder, ...texts]));
    return [...files].flatMap(([path, root]) => {
      const document = registry.documents.get(schemaBaseUrl + path);
      const findings = document === undefined ? [] : unannotatedSensitive(document, registry);
      const earlier = [...present.documents.values()].filter(
        ({ kind, name }) => kind === document?.kind && name === document.name,
      );
      return (Array.isArray(findings) ? findings : []).flatMap(({ pointer }) => {
        const schema = valueAt(root, pointer);
        if (!isJsonObject(schema)) return [];
        const annotation =
          earlier.map((version) => annotationAt(version.schema, pointer)).findLast((each) => each !== undefined) ??
          proposeAnnotation(schema, parsePointer(pointer).at(-1));
        schema["x-privacy"] = annotation;
        return [{ file: path, pointer, annotation }];
      });
    });
  }
}

function annotationAt(root: Json, pointer: string): Json | undefined {
  const schema = valueAt(root, pointer);
  return isJsonObject(schema) ? schema["x-privacy"] : undefined;
}

/** The pointer that a map gives for the longest beginning it knows, with the rest. */
function nearest(map: ReadonlyMap<string, string>, pointer: string): string {
  for (let end = pointer.length; end > 0; end = pointer.lastIndexOf("/", end - 1)) {
    const there = map.get(pointer.slice(0, end));
    if (there !== undefined) return there + pointer.slice(end);
  }
  return pointer;
}

function withoutAnnotations(schema: JsonObject): JsonObject {
  const { "x-privacy": _, $id: __, ...rest } = mapHeld(schema, withoutAnnotations);
  return rest;
}

/** The mapping with the events of an import; the types that somebody gave stay. */
function mergedMapping(
  text: string | undefined,
  mapped: readonly { readonly event: SourceEvent; readonly version: string }[],
): JsonObject {
  const before = text === undefined ? {} : (JSON.parse(text) as JsonObject);
  const events: JsonObject = isJsonObject(before["events"]) ? { ...before["events"] } : {};
  for (const { event, version } of mapped) {
    const { name, type, dataschemas } = event;
    const entry = isJsonObject(events[name]) ? events[name] : {};
    const named = isJsonObject(entry["dataschemas"]) ? entry["dataschemas"] : {};
    const known = Object.values(named).flat();
    const fresh = dataschemas.filter((each) => !known.includes(each));
    const ofVersion = Array.isArray(named[version]) ? named[version] : [];
    const all = fresh.length === 0 ? named : { ...named, [version]: [...ofVersion, ...fresh] };
    events[name] = { type, ...entry, ...(Object.keys(all).length === 0 ? {} : { dataschemas: all }) };
  }
  return { ...before, events };
}
