import { BoundedCache } from "@millrace/enrichments/bounded-cache";
import { type PrivacyKey, PrivacyKeysError, type Pseudonym, pseudonymOf } from "@millrace/privacy-keys";

/** Makes pseudonyms under every live key. */
export interface Pseudonymizer {
  /** The pseudonym under the active key. */
  readonly active: (privacyClass: string, text: string) => Pseudonym;
  /** Those under the other live keys: what the value was called before a rotation, or will be after it. */
  readonly alternates: (privacyClass: string, text: string) => readonly Pseudonym[];
}

/** Creates the pseudonyms of values, and remembers those of the latest. */
export function createPseudonymizer(keys: readonly PrivacyKey[]): Pseudonymizer {
  const [active, ...others] = keys.map(createKeyedHash);
  if (active === undefined) throw new PrivacyKeysError(["No privacy key is given"]);
  return {
    active,
    alternates: (privacyClass, text) => others.map((hash) => hash(privacyClass, text)),
  };
}

function createKeyedHash(key: PrivacyKey): Pseudonymizer["active"] {
  // Contracts have few classes.
  const byClass = new Map<string, (text: string) => Pseudonym>();

  function createHashOfClass(privacyClass: string): (text: string) => Pseudonym {
    const cache = new BoundedCache<Pseudonym>();
    const compute = (text: string): Pseudonym => pseudonymOf(key, privacyClass, text);
    return (text) => cache.getOrCreate(text, compute);
  }

  return (privacyClass, text) => {
    let hash = byClass.get(privacyClass);
    if (hash === undefined) {
      hash = createHashOfClass(privacyClass);
      byClass.set(privacyClass, hash);
    }
    return hash(text);
  };
}
