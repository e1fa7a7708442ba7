import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** The rest of a path behind the token, or why the request gets nothing. */
export type Admission = { readonly path: string } | { readonly refusal: string };

/**
 * Lets a request in that comes from the console's own page or from a program of this machine which knows the token.
 * The host is compared so that a foreign name which leads here finds nothing, the origin so that a foreign page does
 * not, and the token so that another program of the machine does not.
 */
export function admit(
  request: { readonly url?: string | undefined; readonly headers: IncomingHttpHeaders },
  { token, port }: { readonly token: string; readonly port: number },
): Admission {
  const { host, origin } = request.headers;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (host === undefined || !hosts.includes(host))
    return { refusal: "The console answers on the loopback address alone." };
  if (origin !== undefined && origin !== `http://${host}`) return { refusal: "The console answers no other page." };
  const site = request.headers["sec-fetch-site"];
  const isNavigation =
    request.headers["sec-fetch-mode"] === "navigate" && request.headers["sec-fetch-dest"] === "document";
  // Another site may link here, and a browser that opens the printed address sends "none".
  if (site !== undefined && site !== "same-origin" && site !== "none" && !isNavigation) {
    return { refusal: "The console answers no other page." };
  }
  const [, given = "", path = ""] = /^\/([^/?]*)(\/?[^]*)$/.exec(request.url ?? "/") ?? [];
  if (!isSame(given, token))
    return { refusal: "The address lacks its token: take the whole one that was printed at the start." };
  return { path };
}

/** Compares in a time that does not tell how much is right. */
function isSame(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}
