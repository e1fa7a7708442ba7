import * as z from "zod";
import { amount, currency } from "./money.ts";

/** A product as the shop showed it when the event happened. */
export const product = z
  .strictObject({
    productId: z.string().min(1).max(128).describe("Stock keeping unit."),
    name: z.string().min(1).max(512).describe("Name as shown."),
    category: z.string().min(1).max(256).describe("Category path, levels separated by `/`."),
    price: amount.describe("Price of one, as shown."),
    currency: currency.describe("Currency of the price."),
  })
  .meta({ title: "Product", description: "A product as the shop showed it when the event happened." });
