import { type Draft, isJsonObject, type Json, type JsonObject } from "@millrace/schema-graph";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildContracts } from "../check/build/build-contracts.ts";
import { checkEmbeddedIds } from "../check/build/name-faults.ts";
import { lintDocument } from "../check/lint/lint-document.ts";
import type { Fault } from "../registry/fault.ts";
import { createRegistry } from "../registry/registry.ts";
import { deviations } from "./deviations.ts";

const folder = join(import.meta.dirname, "../../conformance/json-schema-test-suite");
const files: Readonly<Record<Draft, string>> = { "2020-12": "draft2020-12.ndjson", "draft-07": "draft-07.ndjson" };
const dialects: Readonly<Record<Draft, string>> = {
  "2020-12": "https://json-schema.org/draft/2020-12/schema",
  "draft-07": "http://json-schema.org/draft-07/schema#",
};

/** A schema of the official suite, with values and their verdicts. */
interface SuiteGroup {
  readonly file: string;
  readonly description: string;
  readonly schema: Json;
  readonly tests: readonly { readonly description: string; readonly data: Json; readonly valid: boolean }[];
}

/** Counts of the cases of one dialect, by their outcome. */
export interface SuiteResult {
  readonly draft: Draft;
  readonly cases: number;
  readonly right: number;
  /** Cases whose schema the check refuses, by rule. */
  readonly refused: ReadonlyMap<string, number>;
  /** Cases that are decided otherwise on purpose; the reasons stand in deviations.ts. */
  readonly listed: number;
  /** Cases that are decided otherwise, without a listed deviation. */
  readonly silent: readonly string[];
  /** Listed deviations that do not occur. */
  readonly stale: readonly string[];
}

/** Rules that ask for better contracts, not for other verdicts; the suite's schemas need not obey them. */
const craftRules = new Set([
  "root-object",
  "undefined-required",
  "undeclared-openness",
  "missing-description",
  "ambiguous-number",
  "unannotated-sensitive",
  "unsafe-pattern",
  "unknown-keyword",
]);

/** Runs the official test suite of a dialect through what `schemas check` and the build do. */
export async function runSuite(draft: Draft): Promise<SuiteResult> {
  const groups = readGroups(draft);
  const refused = new Map<string, number>();
  const silent: string[] = [];
  const met = new Set<string>();
  let [right, listed] = [0, 0];
  for (const group of groups) {
    const { faults, validate } = await buildGroup(group, draft);
    const rule = faults.find((fault) => !craftRules.has(fault.rule))?.rule;
    if (rule !== undefined || validate === undefined) {
      refused.set(rule ?? "build", (refused.get(rule ?? "build") ?? 0) + group.tests.length);
      continue;
    }
    const isUnknown = faults.some((fault) => fault.rule === "unknown-keyword");
    for (const { description, data, valid } of group.tests) {
      const name = `${draft} ${group.file}: ${group.description}: ${description}`;
      if (validate(data) === valid) right += 1;
      else if (deviations.some(({ cases }) => name.startsWith(cases))) {
        listed += 1;
        for (const { cases } of deviations) if (name.startsWith(cases)) met.add(cases);
      } else if (isUnknown) refused.set("unknown-keyword", (refused.get("unknown-keyword") ?? 0) + 1);
      else silent.push(name);
    }
  }
  const stale = deviations.map(({ cases }) => cases).filter((cases) => cases.startsWith(draft) && !met.has(cases));
  const cases = groups.reduce((sum, { tests }) => sum + tests.length, 0);
  return { draft, cases, right, refused, listed, silent, stale };
}

function readGroups(draft: Draft): SuiteGroup[] {
  const lines = readFileSync(join(folder, files[draft]), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as SuiteGroup);
}

async function buildGroup(
  { schema }: SuiteGroup,
  draft: Draft,
): Promise<{ faults: Fault[]; validate: ((data: Json) => boolean) | undefined }> {
  const { registry, faults } = createRegistry([
    { file: "events/suite/case/1-0-0.json", value: documentOf(schema, draft) },
  ]);
  const [contract] = registry.contracts;
  if (contract === undefined) return { faults, validate: undefined };
  const lint = await lintDocument(contract, registry);
  const built = buildContracts(registry);
  const validator = built.contracts.validatorOf(contract.id);
  return {
    faults: [...faults, ...lint, ...checkEmbeddedIds(registry), ...built.faults],
    validate: validator === undefined ? undefined : (data) => validator(data) === null,
  };
}

/** A file of the registry has an `$id` by its path; a schema that has one of its own goes inside. */
function documentOf(schema: Json, draft: Draft): Json {
  const $schema = dialects[draft];
  if (!isJsonObject(schema)) return { $schema, allOf: [schema] };
  const own = isJsonObject(schema) && schema["$schema"] === $schema ? { ...schema } : { $schema, ...schema };
  if (schema["$id"] === undefined) return own;
  const { $schema: dialect, ...rest } = own as JsonObject;
  const definitions = draft === "draft-07" ? "definitions" : "$defs";
  return { $schema: dialect ?? $schema, [definitions]: { case: rest }, allOf: [{ $ref: `#/${definitions}/case` }] };
}
