import type { SchemaVersion } from "@millrace/schema-graph";

/** Every `$id` begins with this; the rest is the path of the file below `schemas/`. */
export const schemaBaseUrl = "https://millrace.example/schemas/";

const versionPattern = /^([1-9]\d*)-(0|[1-9]\d*)-(0|[1-9]\d*)$/;

/** Reads `1-0-0`; `undefined` when the text is no version. MODEL starts at 1. */
export function parseVersion(text: string): SchemaVersion | undefined {
  const match = versionPattern.exec(text);
  if (match === null) return undefined;
  const [, model, revision, addition] = match;
  return { model: Number(model), revision: Number(revision), addition: Number(addition) };
}

export function formatVersion(version: SchemaVersion): string {
  return `${version.model}-${version.revision}-${version.addition}`;
}

/** Negative when `a` is older than `b`, 0 when they are the same. */
export function compareVersions(a: SchemaVersion, b: SchemaVersion): number {
  return a.model - b.model || a.revision - b.revision || a.addition - b.addition;
}

/** Where a document stands by its path below `schemas/`. */
export interface SchemaLocation {
  /** First folder: `events`, `shared`, `envelope`, … */
  kind: string;
  /** Folders between kind and version: `search/click`. */
  name: string;
  version: SchemaVersion;
}

const pathPattern = /^([a-z][a-z0-9-]*)\/((?:[a-z0-9][a-z0-9-]*)(?:\/[a-z0-9][a-z0-9-]*)*)\/([^/]+)\.json$/;

/** Reads `events/search/click/1-0-0.json`; `undefined` when the path does not have that form. */
export function parseSchemaPath(path: string): SchemaLocation | undefined {
  const match = pathPattern.exec(path);
  const [, kind, name, versionText] = match ?? [];
  const version = versionText === undefined ? undefined : parseVersion(versionText);
  return kind === undefined || name === undefined || version === undefined ? undefined : { kind, name, version };
}

/** `search/click` → `search.click`. */
export function eventTypeOf(name: string): string {
  return name.replaceAll("/", ".");
}
