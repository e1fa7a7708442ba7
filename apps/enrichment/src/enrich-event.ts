import {
  type EnrichedEvent,
  type EnrichmentNote,
  partitionKeyOf,
  type RawEvent,
  type ValidationResult,
} from "@millrace/event-contracts";
import type { SchemaErrors } from "@millrace/event-contracts/codegen";
import { type Addition, createAddition } from "./enrichments/addition.ts";
import type { RunEnrichments } from "./enrichments/run-enrichments.ts";
import { writeEvent } from "./envelope/write-event.ts";
import { MaskingFailedError } from "./errors.ts";
import type { MaskEvent, MaskingOrder } from "./privacy/mask-event.ts";
import type { MaskingLog } from "./privacy/masking-log.ts";
import { describeErrors } from "./validation/describe-errors.ts";
import type { SelectContract, SelectedContract } from "./validation/select-contract.ts";

export interface EventContext {
  readonly selectContract: SelectContract;
  readonly maskEvent: MaskEvent;
  readonly runEnrichments: RunEnrichments;
}

/** Who processes, and when: the same for all events of a record. */
export type ProcessingStamp = Addition<EnrichedEvent["processing"]>;

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
 * @param text the JSON the event was read from, when it is at hand: most of it can be passed on
 * @throws MaskingFailedError and whatever else goes wrong in masking: the event must not leave
 */
export function enrichEvent(
  event: RawEvent,
  text: string | undefined,
  stamp: ProcessingStamp,
  context: EventContext,
): EnrichedLine {
  const clientIp = typeof event.clientip === "string" ? event.clientip : undefined;
  const contract = context.selectContract(event);
  const found = contract.validate?.(event.data) ?? null;

  const log = maskOrFail(context.maskEvent, event, maskingOrder(contract, found));
  const validation = found === null ? contract.faultless : describeFaults(contract, found, event.data, log);
  const enrichment = context.runEnrichments(event, clientIp);

  return {
    // Put together from parts that are written already, nearly all of them.
    json: `{"event":${writeEvent(event, text, log)},"enrichment":{${enrichment.members}}${validation.member},"privacy":${log.toJson()}${stamp.member}}`,
    partitionKey: partitionKeyOf(event),
    validation: validation.value,
    notes: enrichment.notes,
    receivedAt: event.receivedat,
  };
}

function maskingOrder(contract: SelectedContract, found: SchemaErrors | null): MaskingOrder {
  const { schemaId, relatedSchemaIds } = contract;
  if (schemaId === null) return { schemaIds: relatedSchemaIds, isValid: false };
  // A mask that the newest version brought holds for sources that still name an older one.
  return { schemaIds: relatedSchemaIds === "all" ? "all" : [schemaId, ...relatedSchemaIds], isValid: found === null };
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

function describeFaults(
  { schemaId }: SelectedContract,
  found: SchemaErrors,
  maskedData: unknown,
  log: MaskingLog,
): Addition<ValidationResult> {
  const errors = describeErrors(found.errors, maskedData, log.paths());
  const isCut = found.count > errors.length;
  return createAddition<ValidationResult>("validation", {
    status: "invalid",
    schema: schemaId,
    errors,
    ...(isCut ? { errorCount: found.count } : {}),
  });
}
