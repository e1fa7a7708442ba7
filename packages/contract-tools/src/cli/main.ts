import { endWithReader } from "./end-with-reader.ts";
import { runSchemas } from "./run-schemas.ts";

endWithReader();
process.exitCode = await runSchemas(process.argv.slice(2), {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
});
