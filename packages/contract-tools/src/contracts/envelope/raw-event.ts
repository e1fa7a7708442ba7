import * as z from "zod";
import { cloudEventFields, dateTime } from "./cloud-event-fields.ts";

/** The envelope on the raw stream. Open: CloudEvents lets a source add extension attributes. */
export const rawEvent = z
  .looseObject({
    ...cloudEventFields,
    time: dateTime.describe("When the event happened; when it was received if the source did not say."),
    tenantid: z.string().min(1).max(128).describe("Tenant the write key belongs to."),
    receivedat: dateTime.describe("When ingest took the event."),
    clientip: z
      .string()
      .max(64)
      .optional()
      .describe("Address of the client.")
      .meta({ "x-privacy": { class: "ip", action: "truncate" } }),
    useragent: z.string().max(4096).optional().describe("`User-Agent` of the request."),
    clienthints: z
      .string()
      .max(4096)
      .optional()
      .describe("`Sec-CH-UA` headers of the request as a query: `ua=…&mobile=…&platform=…`, percent-encoded."),
    referer: z
      .string()
      .max(8192)
      .optional()
      .describe("`Referer` of the request.")
      .meta({ "x-privacy": { class: "url", action: "scan", detect: ["email", "card"] } }),
    origin: z.string().max(2048).optional().describe("`Origin` of the request."),
    traceparent: z.string().max(256).optional().describe("W3C trace context."),
    data: z.unknown().optional().describe("What happened, as the contract of `type` says."),
  })
  .meta({ title: "Raw event", description: "A CloudEvents 1.0 event as it lies on the raw stream." });
