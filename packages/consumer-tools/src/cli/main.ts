import { endWithReader } from "@millrace/contract-tools/end-with-reader";
import { runCli } from "./run-cli.ts";

endWithReader();
process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
});
