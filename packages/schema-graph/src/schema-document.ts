import type { JsonObject } from "./json.ts";

/** `MODEL-REVISION-ADDITION`, as in SchemaVer. */
export interface SchemaVersion {
  /** Raised by a change that breaks readers or writers of the version before. */
  model: number;
  /** Raised by a change that may refuse some events the version before took. */
  revision: number;
  /** Raised by a change that takes every event the version before took. */
  addition: number;
}

/** JSON Schema dialects the registry takes. */
export type Draft = "2020-12" | "draft-07";

/** One JSON Schema file. */
export interface SchemaDocument {
  /** The name of the document here, which follows from the path. */
  id: string;
  /** Path below `schemas/`, with `/`. */
  file: string;
  /** First folder: `events`, `shared`, `envelope`, … */
  kind: string;
  /** Folders between kind and version, e.g. `search/click`. */
  name: string;
  version: SchemaVersion;
  draft: Draft;
  /** Others wrote it: its source has a mapping. */
  isForeign: boolean;
  schema: JsonObject;
}

/** The URI that references in a document are relative to: its own `$id`, which may be one of another base. */
export function baseOf({ id, schema: { $id } }: SchemaDocument): string {
  return typeof $id === "string" && URL.canParse($id, id) ? withoutFragment(new URL($id, id)) : id;
}

export function withoutFragment(url: URL): string {
  return url.href.slice(0, url.href.length - url.hash.length).replace(/#$/, "");
}

/** The schema of an event type's `data`. */
export interface Contract extends SchemaDocument {
  kind: "events";
  /** Event type: `search.click`, or the type in the mapping of its source. */
  type: string;
  /** Names by which events of the type say in their data that the contract is theirs, e.g. `Order Completed`. */
  eventNames?: readonly string[];
}

export function isContract(document: SchemaDocument): document is Contract {
  return document.kind === "events";
}
