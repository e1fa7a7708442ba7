import {
  type EnrichedEvent,
  type EnrichmentNote,
  partitionKeyOf,
  type RawEvent,
  type ValidationResult,
} from "@millrace/event-contracts";
import type { CompiledContracts, SchemaErrors } from "@millrace/event-contracts/codegen";
import { type Addition, createAddition } from "./enrichments/addition.ts";
import type { Enrich, EnrichmentInput } from "./enrichments/enrichment.ts";
import { EnrichmentFailedError, MaskingFailedError } from "./errors.ts";
import type { MaskEvent, MaskingOrder } from "./privacy/mask-event.ts";
import type { MaskingLog } from "./privacy/mask-value.ts";
import { describeErrors } from "./validation/describe-errors.ts";
import { selectContract, type SelectedContract } from "./validation/select-contract.ts";

/** An enrichment that is switched on. */
export interface ActiveEnrichment {
  readonly name: string;
  readonly enrich: Enrich;
}

export interface EventContext {
  readonly contracts: CompiledContracts;
  /** In the order they run. */
  readonly enrichments: readonly ActiveEnrichment[];
  readonly maskEvent: MaskEvent;
}

/** Who processes, and when: the same for all events of a record. */
export interface ProcessingStamp {
  readonly value: EnrichedEvent["processing"];
  readonly json: string;
}

/** An enriched event as it is written. */
export interface EnrichedLine {
  /** The `EnrichedEvent`, without a line end. */
  readonly json: string;
  /** Of the masked event: a subject that had to be masked is no partition key either. */
  readonly partitionKey: string;
  readonly validation: ValidationResult;
  /** What enrichments could not do. */
  readonly notes: readonly EnrichmentNote[];
  /** When ingest took the event, RFC 3339. */
  readonly receivedAt: string;
}

/**
 * Validates, masks and enriches one event, in this order: the validator needs the clear event, and everything after the
 * masking cannot leak what it does not have. The event is changed in place.
 *
 * @throws MaskingFailedError and whatever else goes wrong in masking: the event must not leave
 */
export function enrichEvent(event: RawEvent, stamp: ProcessingStamp, context: EventContext): EnrichedLine {
  const clientIp = typeof event.clientip === "string" ? event.clientip : undefined;
  const contract = selectContract(event, context.contracts);
  const found = contract.validate?.(event.data) ?? null;

  const log = maskOrFail(context.maskEvent, event, maskingOrder(contract, found));
  const validation = createValidationResult(contract, found, event.data, log);
  const enrichment = runEnrichments(context.enrichments, event, clientIp);

  return {
    // Put together from parts of which most are written already.
    json:
      `{"event":${JSON.stringify(event)},"enrichment":${enrichment.json},"validation":${validation.json},` +
      `"privacy":${log.toJson()},"processing":${stamp.json}}`,
    partitionKey: partitionKeyOf(event),
    validation: validation.value,
    notes: enrichment.notes,
    receivedAt: event.receivedat,
  };
}

function maskingOrder(contract: SelectedContract, found: SchemaErrors | null): MaskingOrder {
  const { schemaId, relatedSchemaIds } = contract;
  if (schemaId === null) return { schemaIds: relatedSchemaIds, isValid: false };
  return found === null
    ? { schemaIds: [schemaId], isValid: true }
    : { schemaIds: relatedSchemaIds === "all" ? "all" : [schemaId, ...relatedSchemaIds], isValid: false };
}

function maskOrFail(maskEvent: MaskEvent, event: RawEvent, order: MaskingOrder): MaskingLog {
  try {
    return maskEvent(event, order);
  } catch (cause) {
    throw cause instanceof MaskingFailedError
      ? cause
      : new MaskingFailedError("Masking met a fault of its own.", { cause });
  }
}

function createValidationResult(
  contract: SelectedContract,
  found: SchemaErrors | null,
  maskedData: unknown,
  log: MaskingLog,
): Addition<ValidationResult> {
  const { schemaId } = contract;
  if (found === null) return schemaId === null ? unknown : valid(schemaId);
  const errors = describeErrors(found.errors, maskedData, log.paths());
  const isCut = found.count > errors.length;
  return createAddition({ status: "invalid", schema: schemaId, errors, ...(isCut ? { errorCount: found.count } : {}) });
}

const unknown = createAddition<ValidationResult>({ status: "unknown", schema: null, errors: [] });
const validBySchema = new Map<string, Addition<ValidationResult>>();

/** One for each schema there is. */
function valid(schema: string): Addition<ValidationResult> {
  let result = validBySchema.get(schema);
  if (result === undefined) {
    result = createAddition({ status: "valid", schema, errors: [] });
    validBySchema.set(schema, result);
  }
  return result;
}

const noNotes: readonly EnrichmentNote[] = [];

function runEnrichments(
  enrichments: readonly ActiveEnrichment[],
  event: RawEvent,
  clientIp: string | undefined,
): { json: string; notes: readonly EnrichmentNote[] } {
  const input = new EventInput(event, clientIp, enrichments);
  let notes = noNotes;
  let json = "";
  for (const { name, enrich } of enrichments) {
    try {
      const addition = enrich(input);
      input.additions.push(addition);
      if (addition !== undefined) json += `${json === "" ? "" : ","}"${name}":${addition.json}`;
    } catch (error) {
      input.additions.push(undefined);
      // The message of a foreign error may quote what it could not read.
      const message = error instanceof EnrichmentFailedError ? error.message : "Failed unexpectedly.";
      notes = [...notes, { enrichment: name, message }];
    }
  }
  if (notes.length > 0) json += `${json === "" ? "" : ","}"notes":${JSON.stringify(notes)}`;
  return { json: `{${json}}`, notes };
}

class EventInput implements EnrichmentInput {
  readonly event: RawEvent;
  readonly clientIp: string | undefined;
  /** By position in the list of enrichments. */
  readonly additions: (Addition | undefined)[] = [];
  readonly #enrichments: readonly ActiveEnrichment[];

  constructor(event: RawEvent, clientIp: string | undefined, enrichments: readonly ActiveEnrichment[]) {
    this.event = event;
    this.clientIp = clientIp;
    this.#enrichments = enrichments;
  }

  resultOf(name: string): object | undefined {
    return this.additions[this.#enrichments.findIndex((enrichment) => enrichment.name === name)]?.value;
  }
}
