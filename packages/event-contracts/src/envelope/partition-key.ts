import { MAX_PARTITION_KEY_CHARACTERS } from "../limits.ts";

/**
 * The Kinesis partition key of an event: its `subject` when present, else its `id`, cut to what Kinesis takes.
 * @example partitionKeyOf({ subject: "visitor-7", id: "1" }) // "visitor-7"
 */
export function partitionKeyOf(event: { subject?: string | undefined; id: string }): string {
  // A lone surrogate has no UTF-8 form, and Kinesis hashes the UTF-8 form.
  const key = (event.subject === undefined || event.subject === "" ? event.id : event.subject).toWellFormed();
  if (key.length <= MAX_PARTITION_KEY_CHARACTERS) return key;
  // By code point, so that no surrogate pair is cut in two: Kinesis counts Unicode characters.
  return Array.from(key).slice(0, MAX_PARTITION_KEY_CHARACTERS).join("");
}
