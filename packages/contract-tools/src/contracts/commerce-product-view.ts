import * as z from "zod";
import { context } from "./shared/context.ts";
import { product } from "./shared/product.ts";

export const commerceProductView = z
  .strictObject({
    context,
    product,
    queryId: z.string().min(1).max(128).optional().describe("Search the visitor came from."),
  })
  .meta({ title: "Product view", description: "A visitor looked at a product." });
