import * as z from "zod";

/**
 * An http(s) address as browsers give it. Not `format: uri`: RFC 3986 refuses `|`, `{` and others that
 * `location.href` leaves as they are in a query. Addresses carry e-mails in their queries, hence the scan.
 */
export const webUrl = z
  .string()
  .max(8192)
  .regex(/^https?:\/\/[^\s/]\S*$/)
  .meta({ "x-privacy": { class: "url", action: "scan", detect: ["email", "card"] } });
