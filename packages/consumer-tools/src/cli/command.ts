/** Where a command writes, so that tests can read it. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** One command: its arguments in, its exit code out. */
export interface Command {
  readonly usage: string;
  readonly summary: string;
  run(args: readonly string[], output: Output): Promise<number>;
}
