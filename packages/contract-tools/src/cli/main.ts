import { runSchemas } from "./run-schemas.ts";

process.exitCode = await runSchemas(process.argv.slice(2), (line) => console.log(line));
