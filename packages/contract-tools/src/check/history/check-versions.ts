import { isContract, type SchemaDocument, type SchemaVersion } from "@millrace/schema-graph";
import type { Fault } from "../../registry/fault.ts";
import type { Registry } from "../../registry/registry.ts";
import { compareVersions, formatVersion } from "../../schema-id.ts";
import type { RouteField } from "../consumers/route-fields.ts";
import { type Change, type ChangeClass, isAbove } from "./change.ts";
import { compareSchemas } from "./compare-schemas.ts";
import { groupBy } from "../../group-by.ts";

/** Effect of a new version on the readers of its events. */
export interface VersionNote {
  file: string;
  message: string;
}

/** Versions follow each other without gaps, and each is as far from the last as its changes make it. */
export function checkVersions(
  registry: Registry,
  consumers: readonly RouteField[],
): { faults: Fault[]; notes: VersionNote[] } {
  const byName = groupBy(registry.documents.values(), ({ kind, name }) => `${kind}/${name}`);
  const faults: Fault[] = [];
  const notes: VersionNote[] = [];
  for (const documents of byName.values()) {
    const versions = documents.toSorted((a, b) => compareVersions(a.version, b.version));
    for (const [index, document] of versions.entries()) {
      const previous = versions[index - 1];
      const gap = sequenceFault(previous, document);
      if (gap !== undefined) faults.push(gap);
      if (previous === undefined) continue;
      const result = checkStep(previous, document, registry, consumers);
      faults.push(...result.faults);
      notes.push(...result.notes);
    }
  }
  return { faults, notes };
}

function sequenceFault(previous: SchemaDocument | undefined, document: SchemaDocument): Fault | undefined {
  const allowed = previous === undefined ? ["1-0-0"] : nextVersions(previous.version).map(formatVersion);
  if (allowed.includes(formatVersion(document.version))) return undefined;
  const after = previous === undefined ? "the first version" : `the version after ${formatVersion(previous.version)}`;
  const message = `${formatVersion(document.version)} cannot be ${after}.`;
  const fix = `Name it ${allowed.join(", ")}.`;
  return { file: document.file, pointer: "", rule: "version-gap", message, fix };
}

export function nextVersions({ model, revision, addition }: SchemaVersion): SchemaVersion[] {
  return [
    { model, revision, addition: addition + 1 },
    { model, revision: revision + 1, addition: 0 },
    { model: model + 1, revision: 0, addition: 0 },
  ];
}

function checkStep(
  previous: SchemaDocument,
  document: SchemaDocument,
  registry: Registry,
  consumers: readonly RouteField[],
): { faults: Fault[]; notes: VersionNote[] } {
  const declared = stepBetween(previous.version, document.version);
  const faults: Fault[] = [];
  const notes: VersionNote[] = [];
  for (const change of compareSchemas(previous, document, registry.resources)) {
    const users = change.class === "addition" ? [] : usersOf(change, document, consumers);
    if (isAbove(change.class, declared)) faults.push(stepFault(previous, document, change, declared, users));
    else if (users.length > 0)
      notes.push({ file: document.file, message: `${change.message} Used by ${users.join(", ")}.` });
  }
  return { faults, notes };
}

function stepFault(
  previous: SchemaDocument,
  document: SchemaDocument,
  change: Change,
  declared: ChangeClass,
  users: string[],
): Fault {
  const [addition, revision, model] = nextVersions(previous.version);
  const needed = { addition, revision, model }[change.class];
  const name = change.class.toUpperCase();
  const read = users.length === 0 ? "" : ` Used by ${users.join(", ")}.`;
  return {
    file: document.file,
    pointer: change.pointer,
    rule: "compatibility",
    message: `${change.message} That is more than ${declared === "addition" ? "an ADDITION" : "a REVISION"}.${read}`,
    fix: `Make it a new ${name}, ${needed === undefined ? "" : formatVersion(needed)}, or undo the change.`,
  };
}

function stepBetween(older: SchemaVersion, newer: SchemaVersion): ChangeClass {
  if (newer.model !== older.model) return "model";
  return newer.revision === older.revision ? "addition" : "revision";
}

/** The routes that look at the changed field, at one inside it, or at one it is inside of. */
function usersOf(change: Change, document: SchemaDocument, consumers: readonly RouteField[]): string[] {
  if (!isContract(document)) return [];
  const { type } = document;
  const users = consumers.filter(({ path, takes }) => takes(type) && overlaps(path, change.path));
  return [
    ...new Set(users.map(({ file, pointer, application, route }) => `${application}/${route} (${file}#${pointer})`)),
  ];
}

function overlaps(a: readonly string[], b: readonly string[]): boolean {
  return a.slice(0, b.length).every((step, index) => step === b[index]);
}
