import { type EnrichmentNote, partitionKeyOf, type RawEvent, type ValidationResult } from "@millrace/event-contracts";
import type { SchemaErrors } from "@millrace/event-contracts/codegen";
import type { RunEnrichments } from "./enrichments/run-enrichments.ts";
import { writeEvent } from "./envelope/write-event.ts";
import { MaskingFailedError } from "./errors.ts";
import type { MaskEvent, MaskingOrder } from "./privacy/mask-event.ts";
import type { MaskingLog } from "./privacy/masking-log.ts";
import { describeErrors } from "./validation/describe-errors.ts";
import { writeValidation, type WrittenValidation } from "./validation/write-validation.ts";
import type { SelectContract, SelectedContract } from "./validation/select-contract.ts";

export interface EventContext {
  readonly selectContract: SelectContract;
  readonly maskEvent: MaskEvent;
  readonly runEnrichments: RunEnrichments;
}

/** Who processes, and when, as JSON to the end of an enriched event: the same for all events of a record. */
export type ProcessingStamp = string;

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

  const log = maskOrFail(context.maskEvent, event, found === null ? contract.masking : contract.strictMasking);
  const validation = found === null ? contract.faultless : describeFaults(contract, found, event.data, log);
  const enrichment = context.runEnrichments(event, clientIp);

  return {
    // Put together from parts that are written already, nearly all of them.
    json: `{"event":${writeEvent(event, text, log)},"enrichment":{${enrichment.members}${validation.text}${log.toJson()}${stamp}`,
    partitionKey: partitionKeyOf(event),
    validation: validation.value,
    notes: enrichment.notes,
    receivedAt: event.receivedat,
  };
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
): WrittenValidation {
  const errors = describeErrors(found.errors, maskedData, log.paths());
  const isCut = found.count > errors.length;
  return writeValidation({
    status: "invalid",
    schema: schemaId,
    errors,
    ...(isCut ? { errorCount: found.count } : {}),
  });
}
