import type { PrivacyKey } from "@millrace/privacy-keys";
import { personOfPseudonyms } from "../person/person.ts";
import { isClearOf, isMaskedOf } from "../person/recognize.ts";
import { type ErasureDocument, erasedUntil } from "./ledger.ts";

export { type ErasureDocument, erasuresFolder } from "./ledger.ts";

/** True if a stored event must not be put back: it is of a person who was erased after it was received. */
export type IsSuppressed = (text: string) => boolean;

/**
 * Creates the test that a replay makes for every event. Events received after an erasure are the person's new ones, and
 * pass. A line without a time is suppressed when it is theirs.
 *
 * @param keys live keys: without them a subject in clear, and anything in a raw event, cannot be recognized
 */
export function createSuppression(erasures: readonly ErasureDocument[], keys: readonly PrivacyKey[]): IsSuppressed {
  const erased = erasures.map((erasure) => personOfPseudonyms(erasure.pseudonyms, keys, erasedUntil(erasure)));
  return (text) => erased.some((person) => isMaskedOf(person, text) || isClearOf(person, text));
}
