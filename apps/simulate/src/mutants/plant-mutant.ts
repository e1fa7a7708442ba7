import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { mutants } from "./mutants.ts";

/** Names the mutant that a process is to have. */
export const mutantVariable = "MILLRACE_SIMULATE_MUTANT";

const root = join(import.meta.dirname, "../../../..");

// Loaded with --import before anything else: changes the text of one source file on its way into the process. Nothing
// on disk changes, and the product has no switch for it.
const name = process.env[mutantVariable];
if (name !== undefined) {
  const mutant = mutants.find((candidate) => candidate.name === name);
  if (mutant === undefined) throw new Error(`There is no mutant ${JSON.stringify(name)}.`);
  const { file, find, replace } = mutant;
  const mutatedUrl = pathToFileURL(join(root, file)).href;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (url !== mutatedUrl) return loaded;
      const source = Buffer.from(loaded.source as Uint8Array).toString("utf8");
      const parts = source.split(find);
      if (parts.length !== 2) {
        throw new Error(
          `Mutant ${name}: expected its text to stand once in ${file}, found it ${parts.length - 1} times. Change the mutant with the code.`,
        );
      }
      return { ...loaded, source: parts.join(replace) };
    },
  });
}
