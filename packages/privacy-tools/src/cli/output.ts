/** Where a command writes, and where it reads a value that is not to stand in a command line. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** The next line of standard input, without its end; undefined at the end. */
  readLine(): Promise<string | undefined>;
}
