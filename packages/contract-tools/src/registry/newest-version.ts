import type { SchemaDocument } from "@millrace/schema-graph";
import { compareVersions } from "../schema-id.ts";

/** The newest version of a document, by its path without the version: `events/search/click`, `envelope/enrichment`. */
export function newestVersionOf(documents: Iterable<SchemaDocument>, path: string): SchemaDocument | undefined {
  return [...documents]
    .filter(({ kind, name }) => `${kind}/${name}` === path)
    .toSorted((a, b) => compareVersions(a.version, b.version))
    .at(-1);
}
