import { canonicalValue, type PrivacyKey, pseudonymOf } from "@millrace/privacy-keys";

/** Something that a person is known by. */
export interface Identifier {
  /** Class of an annotation (`email`, `user-id`), or `subject` for the attribute of that name. */
  readonly class: string;
  readonly value: string;
}

/** A name that masking gave, or would give, to an identifier. */
export interface PersonPseudonym {
  readonly class: string;
  readonly keyId: string;
  /** `<key id>.<hash>` */
  readonly value: string;
}

/** Decides whether a text in clear is one of the person's identifiers. It need not know their values itself. */
export interface Person {
  /** Every name the person has in masked data, under all live keys. */
  readonly pseudonyms: readonly PersonPseudonym[];
  /** Classes that it makes sense to ask for. */
  readonly classes: ReadonlySet<string>;
  /** Events that ingest took later are not meant; RFC 3339 in UTC. Absent: all are. */
  readonly receivedUntil?: string | undefined;
  /** True if the text of a class is an identifier of the person. */
  is(privacyClass: string, text: string): boolean;
}

/** Classes that masking gives to a subject that is an address as a whole (`mask-event.ts` of enrichment). */
const subjectClasses: readonly string[] = ["subject", "email", "iban", "phone", "ip"];

/** A person whose identifiers are known in clear. */
export function personOf(identifiers: readonly Identifier[], keys: readonly PrivacyKey[]): Person {
  const named = identifiers.flatMap((identifier) =>
    identifier.class === "subject"
      ? subjectClasses.map((name) => ({ class: name, value: identifier.value }))
      : [identifier],
  );
  const values = new Map<string, Set<string>>();
  for (const { class: name, value } of named) {
    const known = values.get(name) ?? new Set();
    values.set(name, known.add(canonicalValue(name, value)));
  }
  return {
    pseudonyms: pseudonymsOf(named, keys),
    classes: new Set(values.keys()),
    is: (name, text) => values.get(name)?.has(canonicalValue(name, text)) === true,
  };
}

function pseudonymsOf(named: readonly Identifier[], keys: readonly PrivacyKey[]): readonly PersonPseudonym[] {
  const all = named.flatMap(({ class: name, value }) =>
    keys.map((key) => ({ class: name, ...pseudonymOf(key, name, value) })),
  );
  return [...new Map(all.map((pseudonym) => [pseudonym.value, pseudonym])).values()];
}

/**
 * A person of whom only the pseudonyms are kept, as after an erasure: a text is theirs when it hashes to one of them
 * under its key. Pseudonyms under keys that are not given recognize masked data only.
 * @param receivedUntil leaves out what they sent later
 */
export function personOfPseudonyms(
  pseudonyms: readonly PersonPseudonym[],
  keys: readonly PrivacyKey[],
  receivedUntil?: string,
): Person {
  const known = new Set(pseudonyms.map(({ value }) => value));
  const classes = new Set(pseudonyms.map((pseudonym) => pseudonym.class));
  return {
    pseudonyms,
    classes,
    receivedUntil,
    is: (name, text) => classes.has(name) && keys.some((key) => known.has(pseudonymOf(key, name, text).value)),
  };
}
