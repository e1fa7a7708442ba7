import { NumberText } from "@millrace/event-pattern";
import type { RawEvent } from "@millrace/event-contracts";
import { type Addition, createAddition } from "../addition.ts";
import type { EventEnrichment } from "../definition.ts";
import { EnrichmentFailedError } from "../errors.ts";
import { pointerKeys, valueAt } from "../pointer.ts";
import { type LookupOptions, ruleOfColumn } from "./lookup-options.ts";
import { keyOf, type LookupTable } from "./read-table.ts";

/** The table of one lookup, as it is in force. */
export interface OpenTable {
  /** `undefined` while there is none. */
  readonly current: LookupTable | undefined;
  /** Counts an event whose key has no row. */
  miss(): void;
}

/** Opens the tables of lookups. */
export type OpenTables = (name: string, options: LookupOptions) => OpenTable;

/**
 * Joins an event with the row of a table that has the event's key. The table may change between two events; how it is
 * read and kept fresh is the matter of who opens it.
 */
export function createLookup(name: string, options: LookupOptions, table: OpenTable): EventEnrichment {
  const paths = options.pointers.map(pointerKeys);
  const masked = Object.entries(options.columns).flatMap(([column, schema]) => {
    const rule = ruleOfColumn(schema);
    return rule === undefined ? [] : [{ column, rule, path: `/enrichment/${name}/${column}` }];
  });
  const prefix = `,"${name}":`;
  return {
    enrich(input): Addition | undefined {
      const key = keyAt(input.event, paths);
      if (key === undefined) return undefined;
      const { current } = table;
      if (current === undefined) throw new EnrichmentFailedError("The table of the lookup could not be read.");
      const text = current.find(key);
      if (text === undefined) {
        table.miss();
        if (options.onMiss !== "note") return undefined;
        throw new EnrichmentFailedError("The table of the lookup has no row for the event.");
      }
      if (masked.length === 0) return new TextAddition(prefix, text);
      const row = JSON.parse(text) as Record<string, unknown>;
      for (const { column, rule, path } of masked) {
        if (row[column] !== undefined) row[column] = input.mask(row[column], rule, path);
      }
      return createAddition(name, row);
    },
  };
}

/** The row is read only for an enrichment that asks for it. */
class TextAddition implements Addition {
  readonly member: string;
  readonly #text: string;

  constructor(prefix: string, text: string) {
    this.member = prefix + text;
    this.#text = text;
  }

  get value(): object {
    return JSON.parse(this.#text) as object;
  }
}

/** The first value of the event that is there. */
function keyAt(event: RawEvent, paths: readonly (readonly string[])[]): string | undefined {
  for (const keys of paths) {
    const found = valueAt(event, keys);
    const value = found instanceof NumberText ? Number(found.text) : found;
    if (value === undefined || value === null || value === "") continue;
    const key = keyOf(value);
    if (key === undefined)
      throw new EnrichmentFailedError("The key of the event is no text, and no number that is exact.");
    return key;
  }
  return undefined;
}
