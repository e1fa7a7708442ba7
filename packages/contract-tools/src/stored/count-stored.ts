import type { CompiledContracts } from "@millrace/event-contracts";
import type { StoredEvent } from "@millrace/stored-events";

/** Stored events of one type that were not valid, by the contracts of now. */
export interface StoredType {
  readonly type: string;
  /** As they were stored. */
  readonly unknown: number;
  readonly invalid: number;
  /** Without a status: raw events that the lake does not have. */
  readonly unseen: number;
  /** Of all these, valid now. */
  readonly valid: number;
  /** The contract by which they are valid. */
  readonly schema: string | undefined;
  /** An event that would be valid. */
  readonly sample: string | undefined;
}

interface Count {
  unknown: number;
  invalid: number;
  unseen: number;
  valid: number;
  schema: string | undefined;
  sample: string | undefined;
}

/** Counts events by type, and how many of them the contracts find no fault with. */
export class StoredCount {
  readonly #contracts: CompiledContracts;
  readonly #types = new Map<string, Count>();

  constructor(contracts: CompiledContracts) {
    this.#contracts = contracts;
  }

  /** @param status as it was stored; valid events are left out */
  add({ event, facts }: StoredEvent, status = facts.status): void {
    const { type = "", id } = facts;
    if (event === undefined || type === "" || status === "valid") return;
    const count = this.#types.get(type) ?? newCount();
    this.#types.set(type, count);
    count[status === "unknown" || status === "invalid" ? status : "unseen"] += 1;
    const schema = schemaOf(event, type, this.#contracts);
    if (schema === undefined || this.#contracts.validatorOf(schema)?.(event["data"]) !== null) return;
    count.valid += 1;
    count.schema = schema;
    count.sample ??= id;
  }

  /** Types with the most events that would be valid first. */
  result(): readonly StoredType[] {
    return [...this.#types]
      .map(([type, count]) => ({ type, ...count }))
      .sort((a, b) => b.valid - a.valid || a.type.localeCompare(b.type));
  }
}

const newCount = (): Count => ({ unknown: 0, invalid: 0, unseen: 0, valid: 0, schema: undefined, sample: undefined });

/** As enrichment selects it: what the event names, if it is of this type; else the newest of the type. */
function schemaOf(
  { data, dataschema }: Readonly<Record<string, unknown>>,
  type: string,
  contracts: CompiledContracts,
): string | undefined {
  if (typeof dataschema !== "string") {
    return contracts.namedSchemasOf(type)?.(data) ?? contracts.newestSchemaOf(type);
  }
  const named = contracts.schemaIdOf(dataschema);
  return named !== undefined && contracts.typeOf(named) === type ? named : undefined;
}
