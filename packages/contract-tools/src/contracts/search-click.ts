import * as z from "zod";
import { context } from "./shared/context.ts";
import { queryText } from "./shared/query-text.ts";

export const searchClick = z
  .strictObject({
    context,
    queryId: z.string().min(1).max(128).describe("`queryId` of the search the result was in."),
    query: queryText.describe("What the visitor had searched for."),
    productId: z.string().min(1).max(128).describe("Product clicked."),
    rank: z.int().min(1).max(100_000).describe("Position in the results over all pages, from 1."),
  })
  .meta({ title: "Search click", description: "A visitor clicked on a search result." });
