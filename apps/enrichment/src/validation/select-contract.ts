import type { RawEvent } from "@millrace/event-contracts";
import type { CompiledContracts, DataValidator } from "@millrace/event-contracts/codegen";

/** The contract of an event, and the schemas whose privacy annotations concern it. */
export interface SelectedContract {
  readonly schemaId: string | null;
  readonly validate: DataValidator | undefined;
  /**
   * Contracts that do not apply, and whose annotations still do: a purchase of an unknown version has a buyer as well, and an
   * event of an unknown type may be any event whose type was mistyped.
   */
  readonly relatedSchemaIds: readonly string[] | "all";
}

const noSchemaIds: readonly string[] = [];

/** The event's `dataschema` decides, else the newest version of its type. A schema of another type does not apply. */
export function selectContract(event: RawEvent, contracts: CompiledContracts): SelectedContract {
  const newest = contracts.newestSchemaOf(event.type);
  const schemaId = event.dataschema ?? newest;
  const relatedSchemaIds = newest === undefined ? "all" : newest === schemaId ? noSchemaIds : [newest];
  if (schemaId === undefined) return { schemaId: null, validate: undefined, relatedSchemaIds };
  const validate = contracts.validatorOf(schemaId);
  if (validate === undefined) return { schemaId: null, validate: undefined, relatedSchemaIds };
  if (contracts.typeOf(schemaId) !== event.type) {
    return { schemaId: null, validate: undefined, relatedSchemaIds: newest === undefined ? "all" : [newest, schemaId] };
  }
  return { schemaId, validate, relatedSchemaIds };
}
