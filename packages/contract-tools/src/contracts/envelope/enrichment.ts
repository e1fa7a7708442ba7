import * as z from "zod";
import { dateTime } from "./cloud-event-fields.ts";

const part = z.strictObject;

const product = (what: string) =>
  part({
    name: z.string().min(1).describe("Name, e.g. `Safari`."),
    version: z.string().min(1).optional().describe("Version, e.g. `17.5`."),
  }).describe(what);

/**
 * What enrichment adds to an event, one property per enrichment. The one place that says so: the type `Enrichment`,
 * columns of the warehouse's views and what routes may ask for all follow from it.
 */
export const enrichment = part({
  client: part({
    ipVersion: z.union([z.literal(4), z.literal(6)]).describe("Version of the Internet Protocol."),
    isPublic: z.boolean().describe("Whether the address says anything about the place of the client."),
  })
    .optional()
    .describe("What can be said of the client's address once it is truncated."),
  geo: part({
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .describe("ISO 3166-1 alpha-2."),
    region: z.string().min(1).optional().describe("ISO 3166-2, e.g. `GB-SCT`."),
    city: z.string().min(1).optional().describe("Name in English."),
  })
    .optional()
    .describe(
      "Where the client is, as precisely as the options ask for. Never coordinates: they single out a household.",
    ),
  network: part({
    number: z.int().min(0).max(4_294_967_295).describe("Autonomous system number."),
    organization: z.string().min(1).optional().describe("Who runs it."),
  })
    .optional()
    .describe("The network the client is in."),
  userAgent: part({
    browser: product("Browser.").optional(),
    os: product("Operating system.").optional(),
    device: part({
      type: z.string().min(1).optional().describe("E.g. `mobile`, `tablet`, `desktop`."),
      vendor: z.string().min(1).optional().describe("E.g. `Apple`."),
      model: z.string().min(1).optional().describe("E.g. `iPhone`."),
    })
      .optional()
      .describe("Device."),
  })
    .optional()
    .describe("Browser, system and device as the `User-Agent` header tells them."),
  bot: part({
    isBot: z.boolean().describe("Whether a program and not a person made the event."),
    reason: z
      .enum(["user-agent", "no-user-agent", "network"])
      .optional()
      .describe("What told: the user agent, its absence, or the network."),
    match: z.string().min(1).optional().describe("The part of the user agent that told."),
  })
    .optional()
    .describe("Whether a program made the event."),
  page: part({
    scheme: z.enum(["http", "https"]).describe("Scheme."),
    host: z.string().min(1).describe("Host, without the port."),
    port: z.int().min(0).max(65_535).optional().describe("Port, unless it is the scheme's own."),
    path: z.string().min(1).max(1_024).describe("Path, cut."),
    fragment: z.string().min(1).max(1_024).optional().describe("Fragment without `#`, cut."),
  })
    .optional()
    .describe("The parts of the page's address. The query stays on the event: what of it counts, `campaign` takes."),
  campaign: part({
    source: z.string().min(1).max(1_024).optional().describe("`utm_source`."),
    medium: z.string().min(1).max(1_024).optional().describe("`utm_medium`."),
    name: z.string().min(1).max(1_024).optional().describe("`utm_campaign`."),
    term: z.string().min(1).max(1_024).optional().describe("`utm_term`."),
    content: z.string().min(1).max(1_024).optional().describe("`utm_content`."),
    id: z.string().min(1).max(1_024).optional().describe("`utm_id`."),
    clickIdParameter: z
      .string()
      .min(1)
      .optional()
      .describe("Parameter that carries a click id. Not the id: it is of one person's click."),
    clickNetwork: z.string().min(1).optional().describe("Network that sets that parameter, e.g. `google-ads`."),
  })
    .optional()
    .describe("What the page's address says about the campaign that led to it."),
  referrer: part({
    channel: z
      .string()
      .min(1)
      .describe(
        "How the visitor came: `search`, `social`, `email`, `paid-search`, `referral`, `internal`, `direct`, …; the rules and options name them.",
      ),
    name: z.string().min(1).optional().describe("The referring site when a rule knows it, e.g. `Google`."),
    host: z.string().min(1).optional().describe("Host of the referring address."),
  })
    .optional()
    .describe("Where the visitor came from."),
  clock: part({
    derivedTime: dateTime.describe("RFC 3339 with milliseconds, never after the receipt."),
    basis: z
      .enum(["client", "corrected", "receipt"])
      .describe(
        "`client`: the client's time is plausible as it is; `corrected`: moved by the skew of its clock; `receipt`: it cannot be right, so the time of receipt stands in.",
      ),
    skewMs: z
      .number()
      .min(Number.MIN_SAFE_INTEGER)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe("How far the client's clock is behind ours, where it is known: positive when it is slow."),
  })
    .optional()
    .describe("When the event happened, by our clock as far as that can be told."),
  notes: z
    .array(
      part({
        enrichment: z.string().min(1).describe("Name of the enrichment."),
        message: z.string().min(1).describe("Why it added nothing; never a value of the event."),
      }).describe("One enrichment that could not do its work."),
    )
    .optional()
    .describe("Enrichments that could not do their work."),
}).meta({ title: "Enrichment", description: "What enrichment adds to an event, one property per enrichment." });
