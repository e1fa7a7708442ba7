import * as z from "zod";
import { context } from "./shared/context.ts";
import { product } from "./shared/product.ts";

export const commerceCartChange = z
  .strictObject({
    context,
    cartId: z.string().min(1).max(128).describe("Cart."),
    change: z.enum(["add", "remove"]).describe("What was done."),
    product,
    quantity: z.int().min(1).max(100_000).describe("How many were added or removed."),
  })
  .meta({ title: "Cart change", description: "A visitor put products into the cart or took them out." });
