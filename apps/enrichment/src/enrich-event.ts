import { type EnrichedEvent, type EnrichmentNote, partitionKeyOf, type RawEvent } from "@millrace/event-contracts";
import type { CompiledContracts } from "@millrace/event-contracts/codegen";
import type { Enrich } from "./enrichments/enrichment.ts";
import { EnrichmentFailedError, MaskingFailedError } from "./errors.ts";
import type { MaskEvent } from "./privacy/mask-event.ts";
import { describeErrors } from "./validation/describe-errors.ts";
import { selectContract } from "./validation/select-contract.ts";

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
  readonly processor: { readonly name: string; readonly version: string };
}

/** An enriched event and what it is written with. */
export interface EnrichedLine {
  readonly event: EnrichedEvent;
  /** As it was in the record. */
  readonly partitionKey: string;
}

/**
 * Validates, masks and enriches one event, in this order: the validator needs the clear event, and everything after the
 * masking cannot leak what it does not have. The event is changed in place.
 *
 * @param at when, RFC 3339
 * @throws MaskingFailedError and whatever masking throws: the event must not leave. Nothing else throws.
 */
export function enrichEvent(event: RawEvent, at: string, context: EventContext): EnrichedLine {
  const { contracts, enrichments, maskEvent, processor } = context;
  const partitionKey = partitionKeyOf(event);
  const clientIp = typeof event.clientip === "string" ? event.clientip : undefined;
  const contract = selectContract(event, contracts);
  const found = contract.validate?.(event.data) ?? null;
  const isValid = contract.validate !== undefined && found === null;

  const log = maskOrFail(maskEvent, event, {
    schemaIds:
      contract.schemaId === null
        ? contract.relatedSchemaIds
        : isValid
          ? [contract.schemaId]
          : [contract.schemaId, ...contract.relatedSchemaIds],
    isValid,
  });

  return {
    partitionKey,
    event: {
      event,
      enrichment: runEnrichments(enrichments, event, clientIp),
      validation:
        found === null
          ? { status: isValid ? "valid" : "unknown", schema: contract.schemaId, errors: [] }
          : {
              status: "invalid",
              schema: contract.schemaId,
              errors: describeErrors(found.errors, event.data, log),
              errorCount: found.count,
            },
      privacy: log.toReport(),
      processing: { enrichment: { name: processor.name, version: processor.version, at } },
    },
  };
}

function maskOrFail(maskEvent: MaskEvent, event: RawEvent, order: Parameters<MaskEvent>[1]): ReturnType<MaskEvent> {
  try {
    return maskEvent(event, order);
  } catch (cause) {
    throw cause instanceof MaskingFailedError
      ? cause
      : new MaskingFailedError("Masking met a fault of its own.", { cause });
  }
}

function runEnrichments(
  enrichments: readonly ActiveEnrichment[],
  event: RawEvent,
  clientIp: string | undefined,
): EnrichedEvent["enrichment"] {
  const results: Record<string, unknown> = {};
  const notes: EnrichmentNote[] = [];
  for (const { name, enrich } of enrichments) {
    try {
      const result = enrich({ event, clientIp, results });
      if (result !== undefined) results[name] = result;
    } catch (error) {
      // The message of a foreign error may quote what it could not read.
      notes.push({
        enrichment: name,
        message: error instanceof EnrichmentFailedError ? error.message : "Failed unexpectedly.",
      });
    }
  }
  return notes.length === 0 ? results : { ...results, notes };
}
