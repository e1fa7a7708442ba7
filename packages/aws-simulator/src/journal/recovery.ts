import { type Entry, decodeEntry, JOURNAL_VERSION } from "./entries.ts";
import { JournalError } from "./errors.ts";
import { ENTRY_HEADER_BYTES } from "./limits.ts";
import { scan } from "./frame.ts";
import { Segment } from "./segments.ts";
import type { SegmentFiles } from "./segment-files.ts";

/** One entry of the journal as it was found. */
export interface FoundEntry {
  readonly entry: Entry;
  readonly segment: Segment;
  readonly offset: number;
  /** Of the entry with its header. */
  readonly length: number;
}

/**
 * Reads all segments, oldest first. An entry that was torn off at the end of the last one is cut away; damaged bytes
 * stay where they are. Both are told.
 *
 * @param onSegment called when all entries of a segment are read
 * @returns the segments that are there
 * @throws JournalError `JOURNAL_VERSION`
 */
export function recover(
  files: SegmentFiles,
  onEntry: (found: FoundEntry) => void,
  onSegment: (segment: Segment) => void,
  onWarning: (message: string) => void,
): Segment[] {
  const numbers = files.list();
  return numbers.map((number) => {
    const segment = new Segment(number);
    const bytes = files.readWhole(number);
    segment.size = bytes.byteLength;
    for (const found of scan(bytes)) {
      if (found.kind === "entry") {
        const entry = decodeEntry(found.body);
        checkVersion(entry, files.pathOf(number));
        onEntry({ entry, segment, offset: found.offset, length: ENTRY_HEADER_BYTES + found.body.byteLength });
        continue;
      }
      const path = files.pathOf(number);
      if (found.isTorn && number === numbers.at(-1)) {
        files.cut(number, found.offset);
        segment.size = found.offset;
        onWarning(
          `${path}: an entry was torn off when the process ended; its ${found.bytes} bytes from ${found.offset} on are cut away. No sender was told that they were stored.`,
        );
      } else {
        onWarning(
          `${path}: ${found.bytes} bytes from ${found.offset} on are damaged, and the records in them are lost. All others are kept.`,
        );
      }
    }
    onSegment(segment);
    return segment;
  });
}

function checkVersion(entry: Entry, path: string): void {
  if (entry.kind !== "snapshot" || entry.snapshot.version <= JOURNAL_VERSION) return;
  throw new JournalError(
    "JOURNAL_VERSION",
    `${path} was written by a newer version (format ${entry.snapshot.version}, this one reads up to ${JOURNAL_VERSION}). Use that version, or begin with another folder.`,
  );
}
