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
  /** `$id`, which follows from the path. */
  id: string;
  /** Path below `schemas/`, with `/`. */
  file: string;
  /** First folder: `events`, `shared`, `envelope`, … */
  kind: string;
  /** Folders between kind and version, e.g. `search/click`. */
  name: string;
  version: SchemaVersion;
  draft: Draft;
  schema: JsonObject;
}

/** The schema of an event type's `data`. */
export interface Contract extends SchemaDocument {
  kind: "events";
  /** Event type, e.g. `search.click`. */
  type: string;
}

export function isContract(document: SchemaDocument): document is Contract {
  return document.kind === "events";
}
