import * as z from "zod";
import { context } from "./shared/context.ts";
import { queryText } from "./shared/query-text.ts";

export const searchQuery = z
  .strictObject({
    context,
    queryId: z.string().min(1).max(128).describe("Identifies this answer; clicks on its results carry it."),
    query: queryText.describe("What the visitor searched for."),
    resultCount: z.int().min(0).max(1_000_000_000).describe("Results found in all."),
    page: z.int().min(1).max(100_000).optional().describe("Page of results, from 1."),
    filters: z
      .array(z.string().min(1).max(256).describe("Facet and value, e.g. `brand:acme`."))
      .max(64)
      .optional()
      .describe("Filters set."),
  })
  .meta({ title: "Search query", description: "A visitor searched and was given results." });
