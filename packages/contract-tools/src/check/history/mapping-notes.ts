import { contractsByName, type Registry } from "../../registry/registry.ts";
import type { VersionNote } from "./check-versions.ts";

/**
 * Names that led to a contract where the mappings were merged, and lead elsewhere now. A mapping may be edited freely,
 * but senders that still use such a name send events that are unknown.
 */
export function mappingNotes(before: Registry, after: Registry): VersionNote[] {
  const notes: VersionNote[] = [];
  const noteOf = (contract: string, message: string): void => {
    notes.push({ file: `events/${contract.split("/")[0] ?? ""}/source.json`, message });
  };
  const contracts = contractsByName(after);
  for (const [name, versions] of contractsByName(before)) {
    const [was, is] = [versions[0], contracts.get(name)?.[0]];
    if (was === undefined || is === undefined) continue;
    if (was.type !== is.type) {
      noteOf(name, `Events of the type ${JSON.stringify(was.type)} are no longer those of ${name}.`);
    }
    const gone = (was.eventNames ?? []).filter((each) => is.eventNames?.includes(each) !== true);
    for (const each of gone) noteOf(name, `Events named ${JSON.stringify(each)} are no longer those of ${name}.`);
  }
  for (const [alias, id] of before.aliases) {
    const name = before.contracts.find((contract) => contract.id === id)?.name ?? "";
    if (after.aliases.get(alias) !== id && contracts.has(name)) {
      noteOf(name, `The \`dataschema\` ${JSON.stringify(alias)} leads no longer to ${id}.`);
    }
  }
  for (const [type, pointer] of before.namedBy) {
    if (after.namedBy.get(type) === pointer) continue;
    const name = before.versionsOf(type).find(({ eventNames }) => eventNames !== undefined)?.name ?? "";
    noteOf(name, `The names of events of the type ${JSON.stringify(type)} are no longer read at \`${pointer}\`.`);
  }
  const rules = after.setAside.map((rule) => JSON.stringify(rule));
  for (const rule of before.setAside.map((each) => JSON.stringify(each))) {
    if (rules.includes(rule)) continue;
    notes.push({ file: "events", message: `Events are no longer set aside by ${rule}: they are passed on, masked.` });
  }
  return notes;
}
