import { z } from "zod/v3";
import { refersTo, withKeywords } from "../render/zod3-schema.ts";

/** Of the newsletter team, whose services are still on zod 3. */
export const newsletterSubscription = withKeywords(
  z
    .object({
      context: refersTo("shared/context/1-0-0.json"),
      list: z.string().min(1).max(128).describe("Mailing list."),
      action: z.enum(["subscribe", "unsubscribe"]).describe("What was done."),
      email: withKeywords(z.string().min(3).max(320).describe("Address that gets the newsletter."), {
        "x-privacy": { class: "email", action: "hmac" },
      }),
      topics: z.array(z.string().min(1).max(64)).max(32).optional().describe("Topics chosen; all when absent."),
    })
    .strict()
    .describe("Somebody subscribed to a newsletter or left it."),
  { title: "Newsletter subscription" },
);
