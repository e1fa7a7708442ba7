import * as z from "zod";
import { dateTime } from "./cloud-event-fields.ts";
import { enrichment } from "./enrichment.ts";

const pointer = z.string().describe("JSON Pointer into the event, e.g. `/data/rank`.");
const keyId = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/);
const count = z.int().min(0);

const validationError = z.strictObject({
  path: pointer,
  keyword: z.string().min(1).describe("JSON Schema keyword that failed, e.g. `minimum`."),
  message: z.string().min(1).describe("The fault, for people."),
  expected: z.unknown().optional().describe("The demand of the schema, e.g. `>= 1`."),
  actual: z.unknown().optional().describe("The value in the event, shortened; absent when masking changed it."),
});

const maskedField = z.strictObject({
  path: z
    .string()
    .describe(
      "JSON Pointer into the event, e.g. `/data/rank`; of an addition into the enriched event, e.g. `/enrichment/product/buyer`.",
    ),
  class: z.string().min(1).describe("Class of the annotation, e.g. `email`."),
  action: z.enum(["drop", "mask", "hmac", "truncate", "scan"]).describe("The treatment of the value."),
  keyId: keyId.optional().describe("Which key made the hash, so that keys can be rotated."),
  alternates: z
    .array(
      z
        .strictObject({
          keyId: keyId.describe("Another live key."),
          value: z.string().min(1).describe("The value under that key."),
        })
        .describe("The hash under another key."),
    )
    .optional()
    .describe("The hash under the other live keys: joins events from before and after a rotation."),
});

const hop = z.looseObject({
  name: z.string().min(1).describe("Name of the processor."),
  version: z.string().min(1).describe("Its version."),
  at: dateTime.describe("RFC 3339 with milliseconds."),
});

/**
 * The members that enrichment guarantees, for raw events of any writer. The schema of the raw event demands more: it
 * describes the events of ingest.
 */
const event = z
  .looseObject({
    specversion: z.literal("1.0").describe("Version of CloudEvents."),
    id: z.string().min(1).describe("Unique together with `source`."),
    source: z.string().min(1).describe("URI reference of the producer."),
    type: z.string().min(1).describe("`<domain>.<event>`; names the contract."),
    subject: z.string().optional().describe("The subject of the event; becomes the partition key."),
    dataschema: z.string().optional().describe("`$id` of the schema `data` adheres to."),
    time: z.string().min(1).describe("When it happened, in the form of RFC 3339."),
    tenantid: z.string().min(1).describe("Tenant the write key belongs to."),
    receivedat: z.string().min(1).describe("When ingest took the event, in the form of RFC 3339."),
    revision: z
      .unknown()
      .optional()
      .describe(
        "The sender's own number of this revision: a whole number up to 2147483647, or its digits as a text. Anything else counts as 0, as if absent; the greater one replaces the lesser.",
      ),
    replayedat: z
      .string()
      .min(1)
      .optional()
      .describe(
        "When the event was put on the raw stream again, in the form of RFC 3339; absent when it comes from its sender.",
      ),
    data: z.unknown().optional().describe("The facts of the event, masked."),
  })
  .describe("The CloudEvent with its sensitive fields masked.");

const parts = {
  event,
  enrichment,
  validation: z
    .strictObject({
      status: z
        .enum(["valid", "invalid", "unknown"])
        .describe("`unknown`: there is no schema for this `type` or `dataschema`."),
      schema: z.string().nullable().describe("`$id` of the schema that was applied, null when unknown."),
      errors: z
        .array(validationError.describe("One error."))
        .describe("All errors up to a limit; empty unless invalid."),
      errorCount: count.optional().describe("How many errors there were, when more than `errors` holds."),
    })
    .describe("The verdict of the contract. An invalid or unknown event still flows."),
  privacy: z
    .strictObject({
      masked: z
        .array(maskedField.describe("One field."))
        .describe("Each masked field with its treatment, up to a limit."),
      maskedCount: count.optional().describe("How many fields there were, when more than `masked` lists."),
    })
    .describe("The fields that were masked."),
  processing: z.record(z.string(), hop.describe("One hop.")).describe("Versions and times of each hop, by its name."),
};

const about = {
  title: "Enriched event",
  description: "The event as enrichment writes it: masked, with everything known about it.",
};

const fidelityNote = z.strictObject({
  path: pointer,
  kind: z
    .enum(["text-repaired", "name-repaired", "number-out-of-range"])
    .describe(
      "`text-repaired`, `name-repaired`: half a surrogate pair, which no store holds, became U+FFFD; `number-out-of-range`: the digits are as sent, and a typed column shows NULL or 0.",
    ),
});

/** A line of the enriched stream. */
export const enrichedEvent = z
  .strictObject({
    ...parts,
    fidelity: z
      .strictObject({
        notes: z.array(fidelityNote.describe("One place.")).describe("All places up to a limit."),
        noteCount: count.optional().describe("How many places there were, when more than `notes` lists."),
      })
      .optional()
      .describe(
        "Where the event differs from what was sent, or holds what a typed column cannot; absent when nowhere.",
      ),
  })
  .meta(about);
