import { bundleFunction } from "@millrace/lambda-bundle";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const app = join(import.meta.dirname, "..");
const { manifest } = await bundleFunction({
  entryPoint: join(app, "src/handler.ts"),
  outFile: join(app, "dist/function.zip"),
  version: (JSON.parse(readFileSync(join(app, "package.json"), "utf8")) as { version: string }).version,
});
console.log(`replay-job: ${manifest.file} ${manifest.bytes} bytes`);
