const newline = 0x0a;
// White space of JSON that a blank line may consist of: tab, carriage return, space.
const blankBytes = new Set([0x09, 0x0d, 0x20]);

/** The bytes of the `index`-th line of a record that is not blank, without its end; counts as `decodeRecord` does. */
export function lineBytes(record: Uint8Array, index: number): Uint8Array {
  let seen = 0;
  let start = 0;
  while (start <= record.length) {
    const found = record.indexOf(newline, start);
    const end = found === -1 ? record.length : found;
    const line = record.subarray(start, end);
    if (!isBlank(line)) {
      if (seen === index) return line;
      seen += 1;
    }
    start = end + 1;
  }
  return record;
}

function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => blankBytes.has(byte));
}
