import * as z from "zod";
import { context } from "./shared/context.ts";
import { amount, currency } from "./shared/money.ts";
import { product } from "./shared/product.ts";

const customer = z
  .strictObject({
    name: z
      .string()
      .max(256)
      .describe("Name of the buyer.")
      .meta({ "x-privacy": { class: "name", action: "mask" } }),
    email: z
      .string()
      .min(3)
      .max(320)
      .regex(/^[^@\s]+@[^@\s]+$/)
      .describe("E-mail address of the buyer.")
      .meta({ "x-privacy": { class: "email", action: "hmac" } }),
    phone: z
      .string()
      .max(32)
      .optional()
      .describe("Telephone number of the buyer.")
      .meta({ "x-privacy": { class: "phone", action: "mask" } }),
    cardNumber: z
      .string()
      .max(32)
      .optional()
      .describe("Number of the card that was charged. Should not be sent at all.")
      .meta({ "x-privacy": { class: "card", action: "mask" } }),
    address: z
      .strictObject({
        street: z.string().max(256).describe("Street and number."),
        city: z.string().max(128).describe("City."),
        country: z
          .string()
          .regex(/^[A-Z]{2}$/)
          .describe("ISO 3166-1 alpha-2 code."),
      })
      .optional()
      .describe("Where the goods go.")
      .meta({ "x-privacy": { class: "address", action: "drop" } }),
    postalCode: z
      .string()
      .max(16)
      .optional()
      .describe("Postal code of the address; its first characters tell the region.")
      .meta({ "x-privacy": { class: "postal-code", action: "truncate", keep: 2 } }),
  })
  .describe("Who bought.");

export const commercePurchase = z
  .strictObject({
    context,
    orderId: z.string().min(1).max(128).describe("Order."),
    total: amount.describe("What the buyer paid in all."),
    currency: currency.describe("Currency of `total`."),
    items: z
      .array(
        z
          .strictObject({ product, quantity: z.int().min(1).max(100_000).describe("How many.") })
          .describe("One line of the order."),
      )
      .min(1)
      .max(500)
      .describe("What was bought."),
    customer: customer.optional(),
  })
  .meta({ title: "Purchase", description: "A visitor placed an order." });
