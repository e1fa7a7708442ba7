/** Characters handed to the database at a time; a whole Firehose object can be hundreds of megabytes unpacked. */
const MAX_PART_LENGTH = 8 * 1024 * 1024;

/** Text cut after newlines, with the number of lines that came before each part. */
export function* splitText(
  text: string,
  partLength = MAX_PART_LENGTH,
): Generator<{ readonly text: string; readonly linesBefore: number }> {
  let start = 0;
  let linesBefore = 0;
  while (start < text.length) {
    let end = text.length;
    if (start + partLength < text.length) {
      const newline = text.lastIndexOf("\n", start + partLength - 1);
      // A line longer than a part goes whole.
      const cut = newline >= start ? newline : text.indexOf("\n", start + partLength);
      end = cut < 0 ? text.length : cut + 1;
    }
    const part = text.slice(start, end);
    yield { text: part, linesBefore };
    linesBefore += countNewlines(part);
    start = end;
  }
}

function countNewlines(text: string): number {
  let count = 0;
  for (let index = text.indexOf("\n"); index >= 0; index = text.indexOf("\n", index + 1)) count += 1;
  return count;
}
