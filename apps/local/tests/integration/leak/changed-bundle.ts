import { Buffer } from "node:buffer";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { defaultStackPath } from "../../../src/runtime/folders.ts";
import type { Stack } from "../run-pipeline.ts";

/**
 * Gives a function of the stack another bundle: its own, with every occurrence of a text replaced in all its files.
 * @param folder where the changed bundle is written
 * @param replacement the text and another of equal length, since files of the zip are read by offsets
 * @throws Error when the text does not occur, or the lengths differ: the test would test nothing
 */
export function changeBundle(stack: Stack, name: string, folder: string, [from, to]: readonly [string, string]): void {
  if (from.length !== to.length) throw new Error(`${to} has not the length of ${from}.`);
  const settings = stack.resource["aws_lambda_function"]?.[name];
  if (settings === undefined) throw new Error(`The stack has no function "${name}".`);
  const files = unzipSync(readFileSync(resolve(dirname(defaultStackPath), String(settings["filename"]))));
  let isHeld = false;
  for (const [file, bytes] of Object.entries(files)) {
    // Latin-1 keeps every byte of a file as it is.
    const text = Buffer.from(bytes).toString("latin1");
    isHeld ||= text.includes(from);
    files[file] = new Uint8Array(Buffer.from(text.replaceAll(from, to), "latin1"));
  }
  if (!isHeld) throw new Error(`The bundle of "${name}" does not hold ${from}.`);
  const path = join(folder, `${name}.zip`);
  writeFileSync(path, zipSync(files, { level: 1 }));
  settings["filename"] = path;
}
