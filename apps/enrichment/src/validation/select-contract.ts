import type { RawEvent, ValidationResult } from "@millrace/event-contracts";
import type { CompiledContracts, DataValidator } from "@millrace/event-contracts/codegen";
import { type Addition, createAddition } from "../enrichments/addition.ts";

/** The contract of an event, and the schemas whose privacy annotations concern it. */
export interface SelectedContract {
  readonly schemaId: string | null;
  readonly validate: DataValidator | undefined;
  /**
   * Contracts that do not apply, and whose annotations still do: a purchase of an unknown version has a buyer as well, and an
   * event of an unknown type may be any event whose type was mistyped.
   */
  readonly relatedSchemaIds: readonly string[] | "all";
  /** What an event gets that the contract, if there is one, finds no fault with. */
  readonly faultless: Addition<ValidationResult>;
}

/** Finds the contract of an event. */
export type SelectContract = (event: RawEvent) => SelectedContract;

/** The event's `dataschema` decides, else the newest version of its type. A schema of another type does not apply. */
export function createContractSelector(contracts: CompiledContracts): SelectContract {
  // Types that have a contract, and there are only so many: names that clients make up are not remembered.
  const newestByType = new Map<string, SelectedContract>();

  return ({ type, dataschema }) => {
    const known = newestByType.get(type);
    if (known !== undefined && (dataschema === undefined || dataschema === known.schemaId)) return known;
    const newest = contracts.newestSchemaOf(type);
    const selected = select(type, dataschema ?? newest, newest);
    if (newest !== undefined && newest === selected.schemaId) newestByType.set(type, selected);
    return selected;
  };

  function select(type: string, schemaId: string | undefined, newest: string | undefined): SelectedContract {
    const relatedSchemaIds = newest === undefined ? "all" : newest === schemaId ? [] : [newest];
    if (schemaId === undefined) return withoutContract(relatedSchemaIds);
    const validate = contracts.validatorOf(schemaId);
    if (validate === undefined) return withoutContract(relatedSchemaIds);
    if (contracts.typeOf(schemaId) !== type) return withoutContract(newest === undefined ? "all" : [newest, schemaId]);
    const faultless = createAddition<ValidationResult>("validation", { status: "valid", schema: schemaId, errors: [] });
    return { schemaId, validate, relatedSchemaIds, faultless };
  }
}

const unknown = createAddition<ValidationResult>("validation", { status: "unknown", schema: null, errors: [] });

function withoutContract(relatedSchemaIds: SelectedContract["relatedSchemaIds"]): SelectedContract {
  return { schemaId: null, validate: undefined, relatedSchemaIds, faultless: unknown };
}
