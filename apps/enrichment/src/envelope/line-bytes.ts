const newline = 0x0a;
// White space of JSON that a blank line may consist of: tab, carriage return, space.
const blankBytes = new Set([0x09, 0x0d, 0x20]);

/** The bytes of each line of a record that is not blank, without its end; counts as `decodeRecord` does. */
export function bytesOfLines(record: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start <= record.length; ) {
    const found = record.indexOf(newline, start);
    const end = found === -1 ? record.length : found;
    const line = record.subarray(start, end);
    if (!isBlank(line)) lines.push(line);
    start = end + 1;
  }
  return lines;
}

function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => blankBytes.has(byte));
}
