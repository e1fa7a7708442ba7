import type { RawEvent } from "@millrace/event-contracts";
import type { CompiledContracts, DataValidator } from "@millrace/event-contracts/codegen";

/** The contract of an event, and the schemas whose privacy annotations concern it. */
export interface SelectedContract {
  readonly schemaId: string | null;
  readonly validate: DataValidator | undefined;
  /** Of a contract that does not apply the annotations still do: a purchase of an unknown version has a buyer as well. */
  readonly relatedSchemaIds: readonly string[];
}

/** The event's `dataschema` decides, else the newest version of its type. A schema of another type does not apply. */
export function selectContract(event: RawEvent, contracts: CompiledContracts): SelectedContract {
  const newest = contracts.newestSchemaOf(event.type);
  const schemaId = event.dataschema ?? newest;
  const relatedSchemaIds = newest === undefined || newest === schemaId ? [] : [newest];
  if (schemaId === undefined) return { schemaId: null, validate: undefined, relatedSchemaIds };
  const validate = contracts.validatorOf(schemaId);
  if (validate === undefined) return { schemaId: null, validate: undefined, relatedSchemaIds };
  if (contracts.typeOf(schemaId) !== event.type) {
    return { schemaId: null, validate: undefined, relatedSchemaIds: [...relatedSchemaIds, schemaId] };
  }
  return { schemaId, validate, relatedSchemaIds };
}
