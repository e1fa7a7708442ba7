import * as z from "zod";
import { clientHints } from "./client-hints.ts";
import { referringUrl, webUrl } from "./web-url.ts";

/** The fields every event of a visitor has. One document, so their constraints are the same in every contract. */
export const context = z
  .strictObject({
    pageUrl: webUrl.describe("Address of the page the event happened on, with its query."),
    pageTitle: z.string().max(1024).optional().describe("Title of the page."),
    referrerUrl: referringUrl
      .optional()
      .describe("Address of the page the visitor came from, or of the app: `android-app://com.google.android.gm/`."),
    sessionId: z.string().min(1).max(128).describe("Session of the visitor; ends after 30 minutes of silence."),
    visitorId: z.string().min(1).max(128).describe("Browser or device, kept over sessions."),
    userId: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe("Account of the visitor when signed in.")
      .meta({ "x-privacy": { class: "user-id", action: "hmac" } }),
    email: z
      .string()
      .min(3)
      .max(320)
      .regex(/^[^@\s]+@[^@\s]+$/)
      .optional()
      .describe("E-mail address of the visitor when known.")
      .meta({ "x-privacy": { class: "email", action: "hmac" } }),
    screen: z
      .strictObject({
        width: z.int().min(1).max(65_535).describe("CSS pixels."),
        height: z.int().min(1).max(65_535).describe("CSS pixels."),
      })
      .optional()
      .describe("Size of the screen."),
    locale: z
      .string()
      .max(35)
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/)
      .optional()
      .describe("BCP 47 language tag, e.g. `en-GB`."),
    clientHints: clientHints.optional(),
    timezone: z.string().min(1).max(64).optional().describe("IANA name, e.g. `Europe/Berlin`."),
  })
  .meta({ title: "Context", description: "Where and by whom: the fields every event of a visitor has." });
