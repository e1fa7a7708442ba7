import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { defaultStackPath } from "../../../src/runtime/folders.ts";
import type { Stack } from "../run-pipeline.ts";

/**
 * Gives a function of the stack another bundle: its own, with every occurrence of a text replaced.
 * @param folder where the changed bundle is written
 * @throws Error when the text does not occur: the test would test nothing
 */
export function changeBundle(stack: Stack, name: string, folder: string, [from, to]: readonly [string, string]): void {
  const settings = stack.resource["aws_lambda_function"]?.[name];
  if (settings === undefined) throw new Error(`The stack has no function "${name}".`);
  const files = unzipSync(readFileSync(resolve(dirname(defaultStackPath), String(settings["filename"]))));
  const code = strFromU8(files["index.js"] ?? new Uint8Array());
  if (!code.includes(from)) throw new Error(`The bundle of "${name}" does not hold ${from}.`);
  const path = join(folder, `${name}.zip`);
  writeFileSync(path, zipSync({ ...files, "index.js": strToU8(code.replaceAll(from, to)) }, { level: 1 }));
  settings["filename"] = path;
}
