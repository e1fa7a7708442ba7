/**
 * Builds the Lambda function with the compiled routes into dist/function.zip. `--readable <zip>` writes one whose code
 * is not minified there, for profiles.
 */
import { bundleFunction } from "@millrace/lambda-bundle";
import { compileRoutes, loadRouteDocuments } from "@millrace/routes";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { readable } = parseArgs({ options: { readable: { type: "string" } } }).values;
const app = join(import.meta.dirname, "..");
const documents = loadRouteDocuments(join(app, "../../schemas/routes"));
const { manifest } = await bundleFunction({
  entryPoint: join(app, "src/handler.ts"),
  outFile: readable ?? join(app, "dist/function.zip"),
  ...(readable === undefined ? {} : { departures: { minify: false } }),
  version: (JSON.parse(readFileSync(join(app, "package.json"), "utf8")) as { version: string }).version,
  // Text in a string literal: the function parses it once at start.
  define: { COMPILED_ROUTES: JSON.stringify(JSON.stringify(compileRoutes(documents))) },
});
console.log(`router: ${manifest.file} ${manifest.bytes} bytes, ${documents.length} route documents`);
