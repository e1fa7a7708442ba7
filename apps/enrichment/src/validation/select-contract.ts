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
  /** What an event gets that the contract, if there is one, finds no fault with. */
  readonly faultless: WrittenValidation;
}

/** Finds the contract of an event. */
export type SelectContract = (event: RawEvent) => SelectedContract;

/** The event's `dataschema` decides, else the newest version of its type. A schema of another type does not apply. */
export function createContractSelector(contracts: CompiledContracts): SelectContract {
  // Types that have a contract, and there are only so many: names that clients make up are not remembered.
  const newestByType = new Map<string, SelectedContract>();
  // Sources go on naming the version they were written for.
  const bySchema = new Map<string, SelectedContract>();
  let lastType: string | undefined;
  let last: SelectedContract | undefined;

  /** Events of a type often come together, and to compare is cheaper than to look up. */
  function newestOf(type: string): SelectedContract | undefined {
    if (type !== lastType) {
      lastType = type;
      last = newestByType.get(type);
    }
    return last;
  }

  return ({ type, dataschema }) => {
    const known = newestOf(type);
    if (known !== undefined && (dataschema === undefined || dataschema === known.schemaId)) return known;
    const newest = contracts.newestSchemaOf(type);
    const selected = select(type, dataschema ?? newest, newest);
    if (newest !== undefined && newest === selected.schemaId) {
      newestByType.set(type, selected);
      lastType = undefined;
    }
    return selected;
  };

  function select(type: string, schemaId: string | undefined, newest: string | undefined): SelectedContract {
    const related = newest === undefined ? "all" : newest === schemaId ? [] : [newest];
    if (schemaId === undefined) return withoutContract(related);
    const validate = contracts.validatorOf(schemaId);
    if (validate === undefined) return withoutContract(related);
    if (contracts.typeOf(schemaId) !== type) return withoutContract(newest === undefined ? "all" : [newest, schemaId]);
    const known = bySchema.get(schemaId);
    if (known !== undefined) return known;
    // A mask that the newest version brought holds for sources that still name an older one.
    const schemaIds: MaskingOrder["schemaIds"] = related === "all" ? "all" : [schemaId, ...related];
    const selected: SelectedContract = {
      schemaId,
      validate,
      masking: { schemaIds, isValid: true },
      strictMasking: { schemaIds, isValid: false },
      faultless: writeValidation({ status: "valid", schema: schemaId, errors: [] }),
    };
    bySchema.set(schemaId, selected);
    return selected;
  }
}

const unknown = writeValidation({ status: "unknown", schema: null, errors: [] });

/** One for all events of unknown types, so that what all contracts say together is looked up once. */
const ofUnknownType = createWithoutContract("all");

/**
 * @param related contracts that do not apply, and whose annotations still do: a purchase of an unknown version has a
 *   buyer as well, and an event of an unknown type may be any event whose type was mistyped
 */
function withoutContract(related: MaskingOrder["schemaIds"]): SelectedContract {
  return related === "all" ? ofUnknownType : createWithoutContract(related);
}

function createWithoutContract(schemaIds: MaskingOrder["schemaIds"]): SelectedContract {
  const masking: MaskingOrder = { schemaIds, isValid: false };
  return { schemaId: null, validate: undefined, masking, strictMasking: masking, faultless: unknown };
}
