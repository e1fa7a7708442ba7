import * as z from "zod";

const part = z.strictObject;

/**
 * All that enrichment adds to an event, one property per enrichment. Each of them is described beside its code, in
 * `@millrace/enrichments`; rendering puts them here (`withResults`). Here stands what no enrichment adds.
 */
export const enrichment = part({
  notes: z
    .array(
      part({
        enrichment: z.string().min(1).describe("Name of the enrichment."),
        message: z.string().min(1).describe("Why it added nothing; never a value of the event."),
      }).describe("One enrichment that could not do its work."),
    )
    .optional()
    .describe("Enrichments that could not do their work."),
}).meta({ title: "Enrichment", description: "All that enrichment adds to an event, one property per enrichment." });
