import * as z from "zod";

/** An amount in units of its currency, e.g. 19.99. */
export const amount = z.number().min(0).max(1_000_000_000);

/** ISO 4217 code. */
export const currency = z.string().regex(/^[A-Z]{3}$/);
