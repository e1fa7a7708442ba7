import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { readZipEntries } from "./zip-entries.ts";

/** The code of a function: a zip as Lambda takes it, or a folder that holds what the zip would. */
export type FunctionCode = { readonly zipFile: string } | { readonly zip: Uint8Array } | { readonly folder: string };

/** Unpacks a zip into `folder`. @throws Error for what is not a zip, and for entries that would leave the folder. */
export async function extractZip(zip: Uint8Array, folder: string): Promise<void> {
  const root = resolve(folder);
  for (const { name, bytes } of await readZipEntries(zip)) {
    const path = resolve(root, name);
    if (!path.startsWith(root + sep))
      throw new Error(`The bundle has an entry outside of itself: ${JSON.stringify(name)}.`);
    if (name.endsWith("/")) {
      await mkdir(path, { recursive: true });
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
}

export async function readZip(code: { readonly zipFile: string } | { readonly zip: Uint8Array }): Promise<Uint8Array> {
  return "zip" in code ? code.zip : readFile(code.zipFile);
}
