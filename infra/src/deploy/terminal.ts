import { createInterface } from "node:readline/promises";

/** Asks a person; `undefined` where none can be asked. */
export type Ask = (question: string) => Promise<string | undefined>;

export const askOnTerminal: Ask = async (question) => {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
};
