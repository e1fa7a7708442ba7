/** A part of a record: whole lines, or a piece of a line that is longer than a part may be. */
export interface RecordPart {
  readonly bytes: Uint8Array;
  /** Position of its first line among the lines of the record that are not blank, from 0. */
  readonly index: number;
  /** Lines that begin in it and are not blank; 0 for what a longer line goes on with. */
  readonly lines: number;
}

const newline = 0x0a;
/** JSON's white space without the line end: tab, carriage return, space. */
const blanks: readonly number[] = [0x09, 0x0d, 0x20];

/**
 * True if a record has more than `most` lines that are not blank. Looks no further than it must, and parses nothing.
 * @example hasMoreLines(new TextEncoder().encode("1\n\n2\n"), 1) // true
 */
export function hasMoreLines(record: Uint8Array, most: number): boolean {
  // A line has a byte and an end, and line ends are counted faster than lines.
  if (record.length <= 2 * most || !hasMoreLineEnds(record, most)) return false;
  let lines = 0;
  for (const { isBlank } of eachLine(record)) {
    if (!isBlank) lines += 1;
    if (lines > most) return true;
  }
  return false;
}

/**
 * Splits a record into parts of at most `maxBytes`, between lines where it can. The parts in their order are the bytes
 * of the record, and their `lines` add up to as many entries as `decodeRecord` gives.
 * @example splitRecord(new TextEncoder().encode("1\n2\n3\n"), 4).map(({ lines }) => lines) // [2, 1]
 */
export function splitRecord(record: Uint8Array, maxBytes: number): RecordPart[] {
  const parts: RecordPart[] = [];
  let start = 0;
  let index = 0;
  let lines = 0;
  const close = (end: number) => {
    parts.push({ bytes: record.subarray(start, end), index, lines });
    start = end;
    index += lines;
    lines = 0;
  };
  for (const line of eachLine(record)) {
    if (line.end - start > maxBytes && line.start > start) close(line.start);
    if (!line.isBlank) lines += 1;
    while (line.end - start > maxBytes) close(start + maxBytes);
  }
  if (start < record.length || parts.length === 0) close(record.length);
  // `decodeRecord` also reads a record without lines as one entry.
  return index > 0 ? parts : parts.map(({ bytes }, at) => ({ bytes, index: Math.min(at, 1), lines: at === 0 ? 1 : 0 }));
}

function hasMoreLineEnds(record: Uint8Array, most: number): boolean {
  // The last line may go without.
  let ends = 1;
  for (let at = record.indexOf(newline); at !== -1 && ends <= most; at = record.indexOf(newline, at + 1)) ends += 1;
  return ends > most;
}

/** Returns the lines of a record with their ends, blank ones included. */
function* eachLine(record: Uint8Array): Generator<{ start: number; end: number; isBlank: boolean }> {
  for (let start = 0; start < record.length; ) {
    const found = record.indexOf(newline, start);
    const end = found === -1 ? record.length : found + 1;
    yield { start, end, isBlank: isBlankLine(record, start, found === -1 ? end : found) };
    start = end;
  }
}

function isBlankLine(record: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (!blanks.includes(record[at] as number)) return false;
  return true;
}
