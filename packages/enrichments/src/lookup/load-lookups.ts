import type { EnrichmentEntry, EnrichmentOptions } from "../options.ts";
import { enrichmentDefinitions } from "../options.ts";
import type { ObjectSchema } from "../value-of.ts";
import {
  formatOf,
  lookupOptions,
  lookupOptionsByEnvironment,
  type LookupOptions,
  resultSchema,
} from "./lookup-options.ts";

/** Something wrong in the options document. */
export interface OptionsFault {
  /** JSON Pointer into the document. */
  readonly pointer: string;
  readonly message: string;
}

/** A lookup of the options document. */
export interface LookupDefinition {
  readonly name: string;
  /** Its place in the list. */
  readonly index: number;
  /** The schema of its options. */
  readonly options: ObjectSchema;
  /** Its options where no environment differs. */
  readonly values: LookupOptions;
  readonly result: ObjectSchema;
  /** Forms of its table, over all environments. */
  readonly formats: readonly (string | undefined)[];
}

/**
 * The lookups of an options document. Columns that are no object are left out here, since the schema of the document
 * refuses them.
 */
export function loadLookups(document: EnrichmentOptions): {
  readonly lookups: readonly LookupDefinition[];
  readonly faults: readonly OptionsFault[];
} {
  const lookups: LookupDefinition[] = [];
  const faults: OptionsFault[] = [];
  for (const [index, entry] of document.enrichments.entries()) {
    if (entry.kind !== "lookup") continue;
    const { name } = entry;
    const wrong = nameFault(name);
    if (wrong !== undefined) {
      faults.push({ pointer: `/enrichments/${index}/name`, message: wrong });
      continue;
    }
    const values = readable(entry);
    faults.push(...formFaults(document, entry));
    const formats = sourcesOf(document, entry).map(({ options }) => formatOf(options as LookupOptions));
    lookups.push({ name, index, options: lookupOptions, values, result: resultSchema(name, values), formats });
  }
  return { lookups, faults };
}

function nameFault(name: string): string | undefined {
  if (name === "notes" || enrichmentDefinitions.some((each) => each.name === name)) {
    return `"${name}" is an enrichment of the product; choose another name`;
  }
  return /^[a-z][A-Za-z0-9]{0,63}$/u.test(name)
    ? undefined
    : `"${name}" must be a name in camelCase of letters and digits: what the lookup adds lies under it`;
}

function readable({ options = {} }: EnrichmentEntry): LookupOptions {
  const { columns } = options;
  const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
  const kept = Object.entries(isObject(columns) ? columns : {}).filter(([, column]) => isObject(column));
  return { ...options, columns: Object.fromEntries(kept) } as LookupOptions;
}

interface SourceOptions {
  readonly at: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The options as the list has them, and as they hold in each environment that has its own. */
function sourcesOf(document: EnrichmentOptions, { name, options = {} }: EnrichmentEntry): SourceOptions[] {
  const index = document.enrichments.findIndex((entry) => entry.name === name);
  const overrides = Object.entries(document.environments ?? {}).flatMap(([stage, all]): SourceOptions[] => {
    const own = all[name]?.options;
    return own === undefined ? [] : [{ at: `/environments/${stage}/${name}/options`, options: { ...options, ...own } }];
  });
  return [{ at: `/enrichments/${index}/options`, options }, ...overrides];
}

/** The format of each source is known, and environments differ in nothing that an event shows. */
function formFaults(document: EnrichmentOptions, entry: EnrichmentEntry): OptionsFault[] {
  const faults: OptionsFault[] = [];
  for (const { at, options } of sourcesOf(document, entry)) {
    if (typeof options["source"] !== "string" || formatOf(options as LookupOptions) !== undefined) continue;
    faults.push({ pointer: `${at}/source`, message: "does not end in .csv, .ndjson or .jsonl; give `format`" });
  }
  for (const [stage, overrides] of Object.entries(document.environments ?? {})) {
    for (const option of Object.keys(overrides[entry.name]?.options ?? {})) {
      if (lookupOptionsByEnvironment.has(option)) continue;
      const pointer = `/environments/${stage}/${entry.name}/options/${option}`;
      faults.push({ pointer, message: `\`${option}\` of a lookup is the same in all environments` });
    }
  }
  return faults;
}
