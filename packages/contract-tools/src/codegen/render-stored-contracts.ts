import { Buffer } from "node:buffer";
import {
  type StoredEntry,
  storedHead,
  storedKinds,
  type StoredPlace,
} from "@millrace/event-contracts/validator-runtime";
import type { Registry } from "../registry/registry.ts";
import {
  compileDialects,
  type ContractsModuleOptions,
  envelopePrivacyOf,
  everyPrivacyOf,
  namedSchemas,
  newestByType,
  newestOfShared,
  privacyMapsOf,
} from "./render-contracts-module.ts";

/** A contracts module whose contracts lie in a file beside it. */
export interface StoredContracts {
  /** Text of the ES module; it exports `contracts`, as that of `renderContractsModule` does. */
  readonly module: string;
  /** The file `contracts.data`, to be put beside the bundle. */
  readonly data: Uint8Array;
  /** Place of its index, as written in the module. */
  readonly index: StoredPlace;
}

/** Name of the file that the module reads, in the folder of the bundle. */
export const storedContractsFile = "contracts.data";

/**
 * The contracts module for a function on Node: code and privacy map of a contract are read from a file when the first
 * event of its type comes, so that a cold start does not grow with the number of contracts. `renderContractsModule`
 * gives one module for everywhere else.
 */
export function renderStoredContracts(registry: Registry, options: ContractsModuleOptions = {}): StoredContracts {
  const dialects = compileDialects(registry);
  const chunks: Buffer[] = [];
  let length = 0;
  const store = (text: string): [offset: number, bytes: number] => {
    const chunk = Buffer.from(text);
    const place: [number, number] = [length, chunk.length];
    chunks.push(chunk);
    length += chunk.length;
    return place;
  };
  const lines: string[] = [];
  const enter = (kind: keyof typeof storedKinds, name: string, entry: StoredEntry): void => {
    lines.push(`${storedHead(storedKinds[kind], name)}${JSON.stringify(entry)}`);
  };
  for (const [draft, dialect] of dialects) enter("shared", draft, { text: store(dialect.shared) });
  enter("envelopePrivacy", "", { text: store(JSON.stringify(envelopePrivacyOf(registry))) });
  enter("schemaIds", "", { text: store(JSON.stringify(registry.contracts.map(({ id }) => id))) });
  const maps = privacyMapsOf(registry);
  const places = new Map([...new Set(maps.values())].map((map) => [map, store(map)]));
  enter("everyPrivacy", "", { text: store(everyPrivacyOf(maps)) });
  for (const contract of registry.contracts) {
    const { id, type, draft } = contract;
    const code = store(dialects.get(draft)?.validators.get(id) ?? "");
    const privacy = places.get(maps.get(id) ?? "");
    const withPrivacy = privacy === undefined ? {} : { privacy };
    enter("schema", id, { type, dialect: draft, code, ...withPrivacy, ...newestOfShared(registry, contract) });
  }
  const newest = newestByType(registry);
  const names = namedSchemas(registry);
  for (const type of new Set([...newest.keys(), ...names.keys()])) {
    const [id, named] = [newest.get(type), names.get(type)];
    enter("type", type, {
      ...(id === undefined ? {} : { newest: id }),
      ...(named === undefined ? {} : { names: named }),
    });
  }
  if (registry.setAside.length > 0) enter("setAside", "", { rules: registry.setAside });
  for (const [alias, id] of registry.aliases) enter("alias", alias, { schema: id });
  const index = store(`${lines.sort(byCodeUnits).join("\n")}\n`);
  const runtime = JSON.stringify(options.runtimeModule ?? "@millrace/event-contracts/validator-runtime");
  const module = [
    "// Generated from schemas/ by renderStoredContracts of @millrace/contract-tools; do not edit.",
    "// @ts-nocheck",
    'import { openSync, readSync } from "node:fs";',
    'import { join } from "node:path";',
    `import { openContracts } from ${runtime};`,
    "",
    `const file = openSync(join(import.meta.dirname, ${JSON.stringify(storedContractsFile)}), "r");`,
    "",
    "function read([offset, bytes]) {",
    "  const buffer = Buffer.allocUnsafe(bytes);",
    "  readSync(file, buffer, 0, bytes, offset);",
    '  return buffer.toString("utf8");',
    "}",
    "",
    `export const contracts = openContracts(read, ${JSON.stringify(index)}, ${options.maxErrors ?? 100});`,
    "",
  ].join("\n");
  return { module, data: Buffer.concat(chunks), index };
}

/** As `<` compares texts, which the search in the index does. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
