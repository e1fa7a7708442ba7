import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, type End, Option, type Output } from "@millrace/command-line";
import { UsageError } from "../errors.ts";
import { type LanguageName, languageNames } from "../languages.ts";
import { streamSchema } from "../schema/stream-schema.ts";
import { renderTypes } from "../types/render-types.ts";
import { readStream, type SourceFolders, sourceOptions } from "./delivered.ts";

interface SchemaOptions extends SourceFolders {
  readonly language: "json-schema" | LanguageName;
  readonly out?: string | undefined;
}

/** Adds `consumers schema`. */
export function addSchema(program: Command, end: End, output: Output): void {
  program
    .command("schema")
    .summary("prints what the stream delivers: as JSON Schema, or as types of a language")
    .description("Prints what the stream delivers, after masking and projection.")
    .argument("<stream>")
    .addOption(
      new Option("--language <form>", "form of the answer")
        .choices(["json-schema", ...languageNames] as const)
        .default("json-schema" as const),
    )
    .option("--out <folder>", "write files, where one text is not enough")
    .addOption(sourceOptions.schemas)
    .addOption(sourceOptions.routes)
    .action((stream, options) => end(printSchema(stream, options, output)));
}

async function printSchema(stream: string, options: SchemaOptions, output: Output): Promise<number> {
  const { language, out } = options;
  const delivered = readStream(stream, options);
  const files: ReadonlyMap<string, string> =
    language === "json-schema"
      ? new Map([[`${stream}.json`, `${JSON.stringify(streamSchema(delivered), null, 2)}\n`]])
      : await renderTypes(delivered, language);
  if (out === undefined) {
    const [only, ...others] = files.values();
    if (others.length > 0) {
      throw new UsageError(`The types are ${files.size} files: name a folder with --out.`);
    }
    output.out((only ?? "").trimEnd());
    return 0;
  }
  mkdirSync(out, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(out, name), text);
  output.out(`${files.size} files in ${out}`);
  return 0;
}
