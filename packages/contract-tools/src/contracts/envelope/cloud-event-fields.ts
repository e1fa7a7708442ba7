import * as z from "zod";

/** RFC 3339; the full grammar, time zones included, is left to `format: date-time`. */
export const dateTime = z.string().max(64).meta({ format: "date-time" });

/** The context attributes of CloudEvents 1.0 as ingest writes them. */
export const cloudEventFields = {
  specversion: z.literal("1.0").describe("Version of CloudEvents."),
  id: z.string().min(1).max(256).describe("Unique together with `source`."),
  source: z.string().min(1).max(2048).describe("URI reference of the producer."),
  type: z.string().min(1).max(256).describe("`<domain>.<event>`; names the contract."),
  subject: z.string().max(256).optional().describe("What the event is about; becomes the partition key."),
  dataschema: z.string().max(2048).optional().describe("`$id` of the schema `data` adheres to."),
  datacontenttype: z.string().max(256).optional().describe("Media type of `data`; JSON when absent."),
};
