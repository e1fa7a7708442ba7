import type { Dialect } from "@millrace/schema-graph";
import { buildContracts } from "../check/build/build-contracts.ts";
import { checkSchemas } from "../check/check-schemas.ts";
import { parseFolder, type SchemasFolder } from "../check/schemas-folder.ts";
import type { Fault } from "../registry/fault.ts";
import type { SchemaFile } from "../registry/registry.ts";
import { createAssembly, type Made } from "./assemble.ts";
import type { ImportChange, ImportRefusal } from "./import-report.ts";
import { proposeExamples } from "./propose-examples.ts";
import { readSourceDocuments } from "./source-documents.ts";
import { findEvents } from "./source-events.ts";
import { jsonText } from "../json-text.ts";

export interface ImportOptions {
  /** Folder below `events/` and `shared/`, in kebab-case. */
  readonly source: string;
  /** Pattern of event types: `com.github.{name}`; `{name}` is the source's own name, with points. */
  readonly type?: string | undefined;
  /** Of files that do not say it. */
  readonly dialect?: Dialect | undefined;
  /** Steps to the place in `data` that the schemas are about: `["event", "data"]`. The whole of `data` by default. */
  readonly at?: readonly string[] | undefined;
  /** Names of events to take; all by default. */
  readonly only?: RegExp | undefined;
}

export interface ImportResult extends Omit<Made, "places"> {
  readonly changes: readonly ImportChange[];
  readonly refusals: readonly ImportRefusal[];
  /** Files with examples among `files`. */
  readonly examples: number;
}

/** Faults that ask for what the import writes last. */
const aboutExamples = new Set(["missing-example", "example", "stray-example"]);

/**
 * Turns schemas of others into contracts of a source: converted, annotated, with examples and a mapping, all of which
 * pass `schemas check`. A schema that cannot be converted is refused with its place, and nothing is loosened.
 *
 * @param folder the `schemas/` folder as it is
 */
export async function importSchemas(
  folder: SchemasFolder,
  sources: readonly SchemaFile[],
  options: ImportOptions,
): Promise<ImportResult> {
  const log = { changes: [] as ImportChange[], refusals: [] as ImportRefusal[] };
  const documents = readSourceDocuments(sources, options, log);
  const assembly = createAssembly(folder, documents, findEvents(documents, options, log), options);
  const leaveOut = (refusals: readonly ImportRefusal[]): Made => {
    log.refusals.push(...refusals);
    for (const { file, pointer } of refusals) assembly.exclude(file, pointer);
    return assembly.make();
  };
  let made = leaveOut(log.refusals.splice(0));
  for (;;) {
    const { faults } = await checkSchemas({ folder: new Map([...folder, ...made.files]) });
    const refusals = faults.flatMap((fault) => refusalOf(fault, made));
    if (refusals.length === 0) break;
    const before = made.contracts.length;
    made = leaveOut(refusals);
    if (made.contracts.length === before) break;
  }
  const proposed = withExamples(folder, made);
  if (proposed.refusals.length > 0) made = leaveOut(proposed.refusals);
  const examples = [...proposed.files].filter(([path]) => made.files.has(contractOf(path)));
  const { files, places: _, ...rest } = made;
  return { ...rest, files: new Map([...files, ...examples]), ...log, examples: examples.length };
}

/** The contract of an example: `examples/a/b/1-0-0/valid/typical.json` → `events/a/b/1-0-0.json`. */
function contractOf(example: string): string {
  return `${example.replace(/^examples/, "events").replace(/\/(valid|invalid)\/[^/]+$/, "")}.json`;
}

/** A fault that the import made, at its place in the source. */
function refusalOf({ file, pointer, rule, message, fix }: Fault, made: Made): ImportRefusal[] {
  const place = made.places.get(file)?.(pointer);
  if (place === undefined || aboutExamples.has(rule)) return [];
  return [{ ...place, reason: `${rule}: ${message}`, fix }];
}

function withExamples(folder: SchemasFolder, made: Made): { files: SchemasFolder; refusals: readonly ImportRefusal[] } {
  const { registry, examples } = parseFolder(new Map([...folder, ...made.files]));
  const { contracts } = buildContracts(registry);
  const files = new Map<string, string>();
  const refusals: ImportRefusal[] = [];
  const byFile = new Map(registry.contracts.map((contract) => [contract.file, contract]));
  for (const { file } of made.contracts) {
    const contract = byFile.get(file);
    const validate = contract && contracts.validatorOf(contract.id);
    if (contract === undefined || validate === undefined) continue;
    const path = file.replace(/^events/, "examples").replace(/\.json$/, "");
    // Somebody wrote one where none can be made up.
    if (examples.some((each) => each.file.startsWith(`${path}/valid/`) && validate(each.value) === null)) continue;
    const proposed = proposeExamples(contract, registry.resources, validate);
    const place = made.places.get(file)?.("");
    if (proposed !== undefined) {
      files.set(`${path}/valid/typical.json`, jsonText(proposed.valid));
      files.set(`${path}/invalid/${proposed.invalid.name}.json`, jsonText(proposed.invalid.data));
    } else if (place !== undefined) {
      const reason = "No data was found that it takes.";
      refusals.push({ ...place, reason, fix: `Write some to ${path}/valid/typical.json, and import again.` });
    }
  }
  return { files, refusals };
}
