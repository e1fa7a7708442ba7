import { endWithReader } from "./end-with-reader.ts";
import { runSchemas } from "./run-schemas.ts";

endWithReader();
process.exitCode = await runSchemas(process.argv.slice(2), (line) => console.log(line));
