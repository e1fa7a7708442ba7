import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { fullFormats } from "ajv-formats/dist/formats.js";

const generatedFolder = join(import.meta.dirname, "../dist/generated");

/** The validator of `search.click` as Ajv's own generator of standalone code writes it. */
export function createStandaloneValidator(schemasFolder: string): (data: unknown) => boolean {
  const read = (path: string) => JSON.parse(readFileSync(join(schemasFolder, path), "utf8")) as object;
  const ajv = new Ajv2020({ allErrors: true, formats: fullFormats, strict: false, code: { source: true } });
  ajv.addSchema(read("shared/context/1-0-0.json"));
  const code = standalone.default(ajv, ajv.compile(read("events/search/click/1-0-0.json")));
  mkdirSync(generatedFolder, { recursive: true });
  const path = join(generatedFolder, "standalone-search-click.cjs");
  writeFileSync(path, code);
  return createRequire(import.meta.url)(path) as (data: unknown) => boolean;
}
