const carriageReturn = 0x0d;
const newline = 0x0a;
const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);

/**
 * Counts the lines of a file that every reader cuts alike.
 * @returns undefined for a file with a byte order mark or carriage returns, which some readers leave out
 */
export function countPlainLines(content: Buffer): number | undefined {
  if (content.includes(carriageReturn) || content.subarray(0, byteOrderMark.length).equals(byteOrderMark)) {
    return undefined;
  }
  let count = 0;
  for (let index = content.indexOf(newline); index >= 0; index = content.indexOf(newline, index + 1)) count += 1;
  return content.length === 0 || content.at(-1) === newline ? count : count + 1;
}
