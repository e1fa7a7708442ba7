import type { Json } from "@millrace/schema-graph";

/** Something that the import wrote otherwise than it read. */
export interface ImportChange {
  /** File of the source. */
  readonly file: string;
  /** JSON Pointer in it, as it was. */
  readonly pointer: string;
  /** Members before and after; `null` where there is none. */
  readonly before: Json;
  readonly after: Json;
  readonly why: string;
}

/** Something that cannot be taken over. */
export interface ImportRefusal {
  readonly file: string;
  readonly pointer: string;
  readonly reason: string;
  /** The way out. */
  readonly fix: string;
}
