import { type BadRow, splitRecord } from "@millrace/event-contracts";
import { MAX_BAD_ROW_PAYLOAD_BYTES } from "../limits.ts";
import type { BadRowKind } from "./bad-row-kinds.ts";
import { type BadRowContext, createBadRow, type RecordOrigin } from "./create-bad-row.ts";

/**
 * Turns a record that is not read into bad rows that hold all of it: each a part, with the position of its first line
 * and the number of its lines. The payloads in their order are the record.
 */
export function setAsideRecord(
  record: Uint8Array,
  origin: RecordOrigin,
  { kind, message }: { readonly kind: BadRowKind; readonly message: string },
  context: BadRowContext,
): BadRow[] {
  const parts = splitRecord(record, MAX_BAD_ROW_PAYLOAD_BYTES);
  return parts.map(({ bytes, index, lines }, at) => {
    const place = parts.length === 1 ? "" : ` Part ${at + 1} of ${parts.length} of the record.`;
    return createBadRow({ kind, message: `${message}${place}`, payload: bytes, origin, index, lines }, context);
  });
}

/** Events that a bad row stands for. */
export const eventsOf = ({ origin }: BadRow): number => origin.lines ?? 1;
