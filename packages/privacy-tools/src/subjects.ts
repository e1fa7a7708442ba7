import type { FoundCopy } from "./find.ts";
import type { Person } from "./person/person.ts";
import { asObject, readObject } from "@millrace/stored-events";

/** The subjects in clear under which copies of the person were found: the warehouse cannot hash, it compares. */
export function subjectsIn(person: Person, copies: readonly FoundCopy[]): readonly string[] {
  const subjects = new Set<string>();
  for (const { sighting } of copies) {
    const value = readObject(sighting.text);
    const { subject } = asObject(value?.["event"]) ?? value ?? {};
    if (typeof subject === "string" && person.is("subject", subject)) subjects.add(subject);
  }
  return [...subjects];
}
