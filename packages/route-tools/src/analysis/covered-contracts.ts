import type { Contract } from "@millrace/contract-tools/registry";
import { type Conjunction, type FieldCriteria, satisfies } from "@millrace/event-pattern";
import type { EventModel } from "./event-model.ts";

/** The contracts whose events one combination of a pattern is about. */
export interface Coverage {
  readonly contracts: readonly Contract[];
  /** True if events of types without a contract may be meant too. */
  readonly hasUnknownTypes: boolean;
  readonly type: FieldCriteria | undefined;
  readonly version: FieldCriteria | undefined;
}

export function coverageOf(conjunction: Conjunction, model: EventModel): Coverage {
  const on = (path: string): FieldCriteria | undefined => conjunction.find((field) => field.path === path);
  const type = on("event.type");
  const version = on("validation.schema") ?? on("event.dataschema");
  const accepts = (field: FieldCriteria | undefined, value: string): boolean =>
    field === undefined || field.anyOf.some((criterion) => criterion.op === "absent" || satisfies(criterion, value));
  return {
    contracts: model.registry.contracts.filter(
      (contract) => accepts(type, contract.type) && accepts(version, contract.id),
    ),
    hasUnknownTypes: type === undefined || type.anyOf.some(({ op }) => op !== "equals" && op !== "equals-ignore-case"),
    type,
    version,
  };
}

/** True if a combination lets no event through that breaks its contract, or has none. */
export function isOnlyAboutValidEvents(conjunction: Conjunction): boolean {
  const status = conjunction.find((field) => field.path === "validation.status");
  if (status === undefined) return false;
  return !["invalid", "unknown"].some((value) => status.anyOf.some((criterion) => satisfies(criterion, value)));
}

/** True if a combination selects only events that hold their contract: contracts describe no others. */
export function isAboutValidEvents(conjunction: Conjunction): boolean {
  const status = conjunction.find((field) => field.path === "validation.status");
  return status === undefined || status.anyOf.some((criterion) => satisfies(criterion, "valid"));
}
