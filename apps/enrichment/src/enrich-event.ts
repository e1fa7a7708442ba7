import { type EnrichmentNote, type Fidelity, type RawEvent, type ValidationResult } from "@millrace/event-contracts";
import type { SchemaErrors } from "@millrace/event-contracts";
import type { RunEnrichments } from "./run-enrichments.ts";
import { type ExactEvent, needsExactReading, readExactly } from "./envelope/exact-event.ts";
import { holdsQuotes } from "./envelope/decode-lines.ts";
import { exchangeTexts } from "./envelope/write-event.ts";
import { MaskingFailedError } from "./errors.ts";
import type { MaskEvent, MaskingOrder } from "./privacy/mask-event.ts";
import type { MaskingLog } from "./privacy/masking-log.ts";
import { describeErrors, describePath } from "./validation/describe-errors.ts";
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
  readonly validation: ValidationResult;
  /** Failures of enrichments. */
  readonly notes: readonly EnrichmentNote[];
  /** When ingest took the event, RFC 3339. */
  readonly receivedAt: string;
  /** Who sent it. */
  readonly source: string;
  /** It measures the pipeline, and counts in no statistics. */
  readonly isCanary: boolean;
}

/**
 * Validates, masks and enriches one event, in this order: the validator needs the clear event, and everything after the
 * masking cannot leak what it does not have. The event is changed in place.
 *
 * @param text the JSON the event was read from: what is written keeps the digits of its numbers
 * @param mayHoldJson whether a text in it may be JSON itself; read from the text when left out
 * @param contract of the event; selected when left out
 * @throws UnstorableIdentityError for an event that no store could tell from others
 * @throws MaskingFailedError and whatever else goes wrong in masking: the event must not leave
 */
export function enrichEvent(
  event: RawEvent,
  text: string,
  stamp: ProcessingStamp,
  context: EventContext,
  mayHoldJson = holdsQuotes(text),
  contract: SelectedContract = context.selectContract(event),
): EnrichedLine {
  const clientIp = typeof event.clientip === "string" ? event.clientip : undefined;
  const found = contract.validate?.(event.data) ?? null;

  const order = found === null ? contract.masking : contract.strictMasking;
  const masked = maskAndWrite(event, text, order, mayHoldJson, context.maskEvent);
  const { log } = masked;
  const validation = found === null ? contract.faultless : describeFaults(contract, found, masked.event.data, log);
  const enrichment = context.runEnrichments(masked.event, clientIp, log);

  return {
    // Put together from parts that are written already, nearly all of them.
    json: `{"event":${masked.json},"enrichment":{${enrichment.members}${validation.text}${log.toJson()}${masked.fidelity}${stamp}`,
    validation: validation.value,
    notes: enrichment.notes,
    receivedAt: event.receivedat,
    source: masked.event.source,
    isCanary: event.canary === true,
  };
}

/** An event without what is sensitive, and as it is written. */
interface MaskedEvent {
  readonly event: RawEvent;
  readonly log: MaskingLog;
  readonly json: string;
  /** The member `fidelity` with a comma before it, or nothing. */
  readonly fidelity: string;
}

/**
 * Returns the event as text, masked. Nearly every text is passed on with the masked values exchanged. A text in another
 * form (white space, escapes) is written from its values. If that would change digits, or leave text that no store
 * takes, the text is read once more with both in mind, and masked again.
 */
function maskAndWrite(
  event: RawEvent,
  text: string,
  order: MaskingOrder,
  mayHoldJson: boolean,
  maskEvent: MaskEvent,
): MaskedEvent {
  const log = maskOrFail(maskEvent, event, order, mayHoldJson);
  const passedOn = exchangeTexts(event, text, log);
  if (passedOn !== undefined) return { event, log, json: passedOn, fidelity: "" };
  if (!needsExactReading(text)) return { event, log, json: JSON.stringify(event), fidelity: "" };
  const exact = readExactly(text);
  const exactLog = maskOrFail(maskEvent, exact.event, order, mayHoldJson);
  return {
    event: exact.event,
    log: exactLog,
    json: JSON.stringify(exact.event),
    fidelity: writeFidelity(exact, exactLog),
  };
}

function writeFidelity({ notes, noteCount }: ExactEvent, log: MaskingLog): string {
  if (noteCount === 0) return "";
  const maskedPaths = log.paths();
  const fidelity: Fidelity = {
    notes: notes.map(({ path, kind }) => ({ path: describePath(path, maskedPaths), kind })),
    ...(noteCount > notes.length ? { noteCount } : {}),
  };
  return `,"fidelity":${JSON.stringify(fidelity)}`;
}

function maskOrFail(maskEvent: MaskEvent, event: RawEvent, order: MaskingOrder, mayHoldJson: boolean): MaskingLog {
  try {
    return maskEvent(event, order, mayHoldJson);
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
