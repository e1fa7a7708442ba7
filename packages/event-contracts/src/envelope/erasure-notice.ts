import type { EventCopy } from "./revision.ts";

/** Type of the notices by which destinations follow an erasure. No contract and no sender has it. */
export const erasureNoticeType = "privacy.erased";

/** The greatest number that a sender can give: no copy of an event is a later revision than its notice. */
export const ERASURE_REVISION = 2_147_483_647;

/**
 * True if a record of a destination is no event but a notice: the person of this event was erased. The notice has the
 * identity of the event and the greatest revision. So a consumer that keeps one row an identity by revision overwrites
 * the row with it. Delete the row, and everything derived from it.
 * @example
 * for (const record of deduplicator.unseen(records)) {
 *   if (isErasureNotice(record)) await forget(eventIdentity(record.event)); else await store(record);
 * }
 */
export function isErasureNotice({ event }: EventCopy): boolean {
  return typeof event.erasedat === "string";
}
