import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  type CheckRow,
  createEnrichments,
  type EnrichmentOptions,
  EnrichmentOptionsError,
  LookupTableError,
  readNdjsonRows,
  readTable,
  resolveOptions,
} from "@millrace/enrichments";
import { readCsvRows } from "@millrace/enrichments/csv";
import {
  type AddedEnrichments,
  formatOf,
  loadAddedEnrichments,
  type LookupDefinition,
  type LookupOptions,
  type OptionsFault,
  type OwnDefinition,
  renderOptionsSchema,
  rowSchema,
} from "@millrace/enrichments/schemas";
import type { Json } from "@millrace/schema-graph";
import { Ajv2020 } from "ajv/dist/2020.js";
import { privacyRuleFaults } from "../../privacy/read-privacy-rule.ts";
import type { Fault } from "../../registry/fault.ts";
import { lineOfPointer } from "./line-of-pointer.ts";

export interface CheckedOptions extends Pick<AddedEnrichments, "own" | "lookups" | "added"> {
  readonly faults: readonly Fault[];
  /** Tables that lie beside the document and go into the bundle, by their path in it. */
  readonly tables: readonly string[];
}

/**
 * Checks an options document: against its schema, once more as it holds in every environment, and by what it adds:
 * packages are loaded and started, tables beside the document are read whole.
 *
 * @param path of the document, which faults name with the line
 */
export function checkEnrichmentOptions(path: string): CheckedOptions {
  const nothing = { own: [], lookups: [], added: [], tables: [] };
  const text = readFileSync(path, "utf8");
  const told = (faults: readonly OptionsFault[]): Fault[] =>
    faults.map(({ pointer, message }) => {
      const file = `${path}:${lineOfPointer(text, pointer)}`;
      return { file, pointer, rule: "enrichment-options", message, fix: "Correct what it names." };
    });
  let document: EnrichmentOptions;
  try {
    document = JSON.parse(text) as EnrichmentOptions;
  } catch (error) {
    const { message } = error as Error;
    return { ...nothing, faults: [{ file: path, pointer: "", rule: "json", message, fix: "Correct the JSON." }] };
  }
  if (!Array.isArray(document.enrichments)) {
    return { ...nothing, faults: told([{ pointer: "", message: "has no list `enrichments`" }]) };
  }
  const { faults, own, lookups, added } = loadAddedEnrichments(path);
  const found = { own, lookups, added, tables: [] };
  if (faults.length > 0) return { ...found, faults: told(faults) };
  const wrong = schemaFaults(document, added);
  if (wrong.length > 0) return { ...found, faults: told(wrong) };
  const tables = bundledTables(document, lookups);
  const inDepth = [
    ...startFaults(document, own),
    ...lookups.flatMap(annotationFaults),
    ...tables.flatMap((table) => tableFaults(dirname(path), table)),
  ];
  return { ...found, faults: told(inDepth), tables: [...new Set(tables.map(({ options: { source } }) => source))] };
}

function schemaFaults(document: EnrichmentOptions, added: AddedEnrichments["added"]): OptionsFault[] {
  const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile(
    renderOptionsSchema(added),
  );
  const faultsOf = (value: unknown, pointerOf: (path: string) => string, where = ""): OptionsFault[] =>
    validate(value)
      ? []
      : (validate.errors ?? [])
          .filter(({ keyword }) => keyword !== "if")
          .map(({ instancePath, message = "is wrong", params }) => {
            const { additionalProperty: name } = params as { additionalProperty?: string };
            const named = name === undefined ? message : `${message}: \`${name}\``;
            return { pointer: pointerOf(instancePath), message: `${where}${instancePath} ${named}` };
          });
  const faults = faultsOf(document, (path) => path);
  if (faults.length > 0) return faults;
  for (const stage of Object.keys(document.environments ?? {})) {
    const pointer = `/environments/${stage}`;
    faults.push(
      ...faultsOf({ enrichments: resolveOptions(document, stage) }, () => pointer, `as it holds in ${stage}: `),
    );
  }
  return faults;
}

/** Makes every enrichment once, as the function will. */
function startFaults(document: EnrichmentOptions, own: readonly OwnDefinition[]): OptionsFault[] {
  const packages = Object.fromEntries(own.map((each) => [each.name, { load: () => each, follows: () => true }]));
  try {
    createEnrichments(resolveOptions(document, ""), { readFile: () => new Uint8Array() }, packages);
  } catch (error) {
    if (!(error instanceof EnrichmentOptionsError)) throw error;
    return error.faults.map((message) => ({ pointer: "/enrichments", message }));
  }
  return own.flatMap(({ name, package: from, create }): OptionsFault[] => {
    const index = document.enrichments.findIndex((entry) => entry.name === name);
    const pointer = `/enrichments/${index}`;
    try {
      const made = create(document.enrichments[index]?.options ?? {}) as { enrich?: unknown } | undefined;
      if (typeof made?.enrich === "function") return [];
      return [{ pointer, message: `\`create\` of ${from} gives no object with \`enrich\`` }];
    } catch (error) {
      return [{ pointer, message: `\`create\` of ${from} throws: ${(error as Error).message}` }];
    }
  });
}

/** Masking makes a text of a value, of which `scan` and `drop` have nothing to say for a column. */
function annotationFaults({ index, values }: LookupDefinition): OptionsFault[] {
  return Object.entries(values.columns).flatMap(([name, { type, "x-privacy": rule }]): OptionsFault[] => {
    if (rule === undefined || rule === false) return [];
    const pointer = `/enrichments/${index}/options/columns/${name}/x-privacy`;
    const faults = privacyRuleFaults(rule as unknown as Json).map((message) => ({ pointer, message }));
    if (faults.length > 0) return faults;
    if (rule.action === "drop") return [{ pointer, message: "leaves nothing of the column: take it out instead" }];
    if (rule.action === "scan") return [{ pointer, message: "`scan` is for free text: use hmac, mask or truncate" }];
    return type === "string" ? [] : [{ pointer, message: "leaves a text, so `type` must be string" }];
  });
}

interface BundledTable {
  readonly pointer: string;
  readonly options: LookupOptions;
}

/** Each table that is beside the document, where some environment reads it. */
function bundledTables(document: EnrichmentOptions, lookups: readonly LookupDefinition[]): BundledTable[] {
  return lookups.flatMap(({ name, index, values }) => {
    const overrides = Object.entries(document.environments ?? {}).flatMap(([stage, all]): BundledTable[] => {
      const options = all[name]?.options;
      if (options === undefined) return [];
      const pointer = `/environments/${stage}/${name}/options`;
      return [{ pointer, options: { ...values, ...options } }];
    });
    const own = { pointer: `/enrichments/${index}/options`, options: values };
    return [own, ...overrides].filter(({ options: { source } }) => isBundled(source));
  });
}

const isBundled = (source: string): boolean => !source.startsWith("s3://") && !isAbsolute(source);

function tableFaults(folder: string, { pointer, options }: BundledTable): OptionsFault[] {
  const { source, maxBytes = 2 ** 25 } = options;
  const file = join(folder, source);
  const fault = (message: string): OptionsFault[] => [{ pointer: `${pointer}/source`, message: `${file}: ${message}` }];
  if (source.split("/").includes("..")) return fault("lies outside of the document's folder");
  if (!existsSync(file)) return fault("there is no such file");
  const packed = readFileSync(file);
  const bytes = source.endsWith(".gz") ? gunzipSync(packed) : packed;
  if (bytes.length > maxBytes) return fault(`has more than ${maxBytes} bytes; raise \`maxBytes\``);
  try {
    const readRows = formatOf(options) === "csv" ? readCsvRows : readNdjsonRows;
    readTable(bytes.toString(), options, { readRows, checkRow: checkRowOf(options) });
    return [];
  } catch (error) {
    if (!(error instanceof LookupTableError)) throw error;
    return fault(error.message);
  }
}

function checkRowOf(options: LookupOptions): CheckRow {
  const validate = new Ajv2020({ strict: false }).compile(rowSchema(options));
  return (row) => {
    if (validate(row)) return undefined;
    const [error] = validate.errors ?? [];
    const { missingProperty: missing } = (error?.params ?? {}) as { missingProperty?: string };
    return { column: missing ?? error?.instancePath.slice(1) ?? "", message: error?.message ?? "is wrong" };
  };
}
