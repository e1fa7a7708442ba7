import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { explainRoutes } from "@millrace/route-tools/explain";
import type { RouteDocument } from "@millrace/routes";
import type { ContractFigures, QualityAnswer } from "../api.ts";
import { contractOf } from "../events/event-summary.ts";

const schemas = join(import.meta.dirname, "..", "..", "..", "..", "schemas");

/** Every contract of this checkout: its examples, the applications that get its events, and how it is held. */
export async function listContracts(
  documents: readonly RouteDocument[],
  { groups, minutes }: Pick<QualityAnswer, "groups" | "minutes">,
): Promise<readonly ContractFigures[]> {
  // Loaded when it is asked for: an author's tool, which other pages do not need.
  const { readRegistry } = await import("@millrace/contract-tools/registry");
  const { registry } = readRegistry(schemas);
  // The last minute is not over.
  const lastMinute = minutes.length - 2;
  return registry.contracts.map((contract): ContractFigures => {
    const { id, type } = contract;
    const name = contractOf(id) ?? id;
    const own = groups.filter((group) => group.contract === name);
    const sum = (of: (group: QualityAnswer["groups"][number]) => number): number =>
      own.reduce((all, group) => all + of(group), 0);
    const { title, description } = contract.schema as { readonly title?: unknown; readonly description?: unknown };
    const valid = readExamples(name, "valid");
    return {
      ...{ name, type, title: textOf(title), description: textOf(description) },
      isNewest: registry.newestOf(type)?.id === id,
      examples: { valid: valid.length, invalid: readExamples(name, "invalid").length },
      rate: sum((group) => group.all[lastMinute] ?? 0) / 60,
      events: sum(({ valid: kept, invalid }) => kept + invalid),
      invalid: sum(({ invalid }) => invalid),
      applications: documents.flatMap(({ application, owner, ...document }) =>
        valid.some((data) => isWanted({ application, owner, ...document }, { type, schema: id, data }))
          ? [{ application, owner }]
          : [],
      ),
    };
  });
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Examples of a contract, which its check runs as tests. */
function readExamples(contract: string, kind: "valid" | "invalid"): readonly unknown[] {
  const folder = join(schemas, "examples", contract, kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as unknown);
}

/** True if a route of the application takes a valid event with these data. */
function isWanted(
  document: RouteDocument,
  { type, schema, data }: { readonly type: string; readonly schema: string; readonly data: unknown },
): boolean {
  const enriched = { event: { id: "example", source: "example", type, data }, validation: { status: "valid", schema } };
  return explainRoutes([document], enriched).some(({ explanation }) => explanation.matches);
}
