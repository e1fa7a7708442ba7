/** Takes one line without its line end. */
export type WriteLine = (line: string) => void;

/**
 * Writes to standard output directly: Lambda's `console.log` puts time stamp and request id in front of the text, and
 * CloudWatch then no longer recognises the line as an EMF document.
 */
export const writeToStdout: WriteLine = (line) => {
  process.stdout.write(`${line}\n`);
};
