import type { RawEvent } from "@millrace/event-contracts";
import type { CompiledContracts, DataValidator } from "@millrace/event-contracts";
import type { MaskingOrder } from "../privacy/mask-event.ts";
import { writeValidation, type WrittenValidation } from "./write-validation.ts";

/** The contract of an event, and the schemas whose privacy annotations concern it. */
export interface SelectedContract {
  readonly schemaId: string | null;
  readonly validate: DataValidator | undefined;
  /** How an event is masked that the contract finds no fault with. */
  readonly masking: MaskingOrder;
  /** How one is masked that breaks it. */
  readonly strictMasking: MaskingOrder;
  /** Validation result of an event without a fault, or without a contract. */
  readonly faultless: WrittenValidation;
}

/** Finds the contract of an event. */
export type SelectContract = (event: RawEvent) => SelectedContract;

/** The contracts of a type. */
interface ContractsOfType {
  /** Of an event that names none. */
  readonly newest: SelectedContract;
  /** Finds the schema of an event whose data names its contract. */
  readonly schemaOfName: ((data: unknown) => string | undefined) | undefined;
}

/**
 * The event's `dataschema` decides, then a name in its data where its type has one, else the newest version of its
 * type. A schema of another type does not apply. A `dataschema` may be the sender's own name of a contract.
 */
export function createContractSelector(contracts: CompiledContracts): SelectContract {
  // Types that have a contract, and there are only so many: names that clients make up are not remembered.
  const byType = new Map<string, ContractsOfType>();
  // Sources go on naming the version they were written for, by whatever name they know it.
  const byDataschema = new Map<string, { type: string; selected: SelectedContract }>();
  // Contracts of a type that has names: as many as the mapping of its source lists.
  const byName = new Map<string, SelectedContract>();
  let lastType: string | undefined;
  let last: ContractsOfType | undefined;

  /** Events of a type often come together, and to compare is cheaper than to look up. */
  function contractsOf(type: string): ContractsOfType | undefined {
    if (type !== lastType) {
      lastType = type;
      last = byType.get(type);
    }
    return last;
  }

  return ({ type, dataschema, data }) => {
    const known = contractsOf(type);
    if (known !== undefined && (dataschema === undefined || dataschema === known.newest.schemaId)) {
      if (known.schemaOfName === undefined) return known.newest;
      return (dataschema === undefined ? named(type, known.schemaOfName(data)) : undefined) ?? known.newest;
    }
    const other = dataschema === undefined ? undefined : byDataschema.get(dataschema);
    if (other?.type === type) return other.selected;
    const newest = contracts.newestSchemaOf(type);
    const schemaOfName = contracts.namedSchemasOf(type);
    const schemaId = dataschema === undefined ? newest : contracts.schemaIdOf(dataschema);
    const selected = select(type, schemaId, newest);
    const isNewest = selected.schemaId !== null && selected.schemaId === newest;
    // Of a type whose contracts all have names, what has none is without a contract.
    if (isNewest || (dataschema === undefined && schemaOfName !== undefined)) {
      byType.set(type, { newest: selected, schemaOfName });
      lastType = undefined;
    }
    if (dataschema === undefined) return named(type, schemaOfName?.(data)) ?? selected;
    if (selected.schemaId !== null) byDataschema.set(dataschema, { type, selected });
    return selected;
  };

  function named(type: string, schemaId: string | undefined): SelectedContract | undefined {
    if (schemaId === undefined) return undefined;
    let selected = byName.get(schemaId);
    if (selected === undefined) {
      selected = select(type, schemaId, undefined);
      byName.set(schemaId, selected);
    }
    return selected;
  }

  function select(type: string, schemaId: string | undefined, newestOfType: string | undefined): SelectedContract {
    const validate = schemaId === undefined ? undefined : contracts.validatorOf(schemaId);
    if (schemaId === undefined || validate === undefined) {
      return withoutContract(newestOfType === undefined ? "all" : [newestOfType]);
    }
    if (contracts.typeOf(schemaId) !== type) {
      return withoutContract(newestOfType === undefined ? "all" : [newestOfType, schemaId]);
    }
    const newest = contracts.newestVersionOf(schemaId);
    // A mask that the newest version brought holds for sources that still name an older one.
    const schemaIds = newest === undefined || newest === schemaId ? [schemaId] : [schemaId, newest];
    return {
      schemaId,
      validate,
      masking: { schemaIds, isValid: true },
      strictMasking: { schemaIds, isValid: false },
      faultless: writeValidation({ status: "valid", schema: schemaId, errors: [] }),
    };
  }
}

const unknown = writeValidation({ status: "unknown", schema: null, errors: [] });

/** One for all events of unknown types, so that what all contracts say together is looked up once. */
const ofUnknownType = createWithoutContract("all");

/**
 * Returns the contract of events that no contract describes.
 *
 * @param related contracts whose annotations still apply: a purchase of an unknown version also has a buyer, and an
 * event of an unknown type may be any event whose type was mistyped
 */
function withoutContract(related: MaskingOrder["schemaIds"]): SelectedContract {
  return related === "all" ? ofUnknownType : createWithoutContract(related);
}

function createWithoutContract(schemaIds: MaskingOrder["schemaIds"]): SelectedContract {
  const masking: MaskingOrder = { schemaIds, isValid: false };
  return { schemaId: null, validate: undefined, masking, strictMasking: masking, faultless: unknown };
}
