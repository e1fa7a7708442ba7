import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "../errors.ts";
import { languageNames, type LanguageName } from "../languages.ts";
import { streamSchema } from "../schema/stream-schema.ts";
import { renderTypes } from "../types/render-types.ts";
import type { Command } from "./command.ts";
import { readStream, sourceOptions } from "./delivered.ts";

const forms = ["json-schema", ...languageNames] as const;

export const schema: Command = {
  usage: `schema <stream> [--language ${forms.join("|")}] [--out folder] [--schemas folder] [--routes folder]`,
  summary: "what the stream delivers, after masking and projection: as JSON Schema, or as types of a language",
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...sourceOptions, language: { type: "string", default: "json-schema" }, out: { type: "string" } },
    });
    const [stream] = positionals;
    if (stream === undefined) throw new UsageError(`Usage: ${schema.usage}`);
    const form = forms.find((each) => each === values.language);
    if (form === undefined) {
      throw new UsageError(`Expected --language to be one of ${forms.join(", ")}, got ${values.language}`);
    }
    const delivered = readStream(stream, values);
    const files: ReadonlyMap<string, string> =
      form === "json-schema"
        ? new Map([[`${stream}.json`, `${JSON.stringify(streamSchema(delivered), null, 2)}\n`]])
        : await renderTypes(delivered, form satisfies LanguageName);
    if (values.out === undefined) {
      const [only, ...others] = files.values();
      if (others.length > 0) {
        throw new UsageError(`The types are ${files.size} files: name a folder with --out.`);
      }
      output.out((only ?? "").trimEnd());
      return 0;
    }
    mkdirSync(values.out, { recursive: true });
    for (const [name, text] of files) writeFileSync(join(values.out, name), text);
    output.out(`${files.size} files in ${values.out}`);
    return 0;
  },
};
