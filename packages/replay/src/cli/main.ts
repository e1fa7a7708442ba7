/** `pnpm replay`: puts stored events through the pipeline again, or to one destination. */
import { constants, setPriority } from "node:os";
import { runCli } from "./run-cli.ts";

// If the pipeline also runs on this machine, live traffic goes first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const stop = new AbortController();
let isStopping = false;
process.on("SIGINT", () => {
  // The second time it ends at once: the ledger is right at any moment.
  if (isStopping) process.exit(130);
  isStopping = true;
  stop.abort();
});

const clearLine = "\u001B[2K\r";
process.exitCode = await runCli(
  process.argv.slice(2),
  {
    // Unlike a plain write, it minds no reader that has gone, as `head` does.
    out: (text) => console.log(text),
    err: (text) => void process.stderr.write(`${process.stderr.isTTY ? clearLine : ""}${text}\n`),
    line: process.stderr.isTTY ? (text) => void process.stderr.write(`${clearLine}${text}`) : undefined,
  },
  stop.signal,
);
