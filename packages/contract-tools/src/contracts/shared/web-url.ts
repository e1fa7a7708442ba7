import * as z from "zod";

/**
 * An http(s) address as browsers give it. Not `format: uri`: RFC 3986 refuses `|`, `{` and others that
 * `location.href` leaves as they are in a query. Addresses carry e-mails in their queries, hence the scan.
 */
export const webUrl = address(/^https?:\/\/[^\s/]\S*$/);

/**
 * An address that led to a page: of the web, or of an Android app, as `document.referrer` gives it
 * (`android-app://com.google.android.gm/`).
 */
export const referringUrl = address(/^(?:https?|android-app):\/\/[^\s/]\S*$/);

function address(form: RegExp): z.ZodString {
  return z
    .string()
    .max(8192)
    .regex(form)
    .meta({ "x-privacy": { class: "url", action: "scan", detect: ["email", "card"] } });
}
