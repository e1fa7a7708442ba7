import type { Credential, RequestHead } from "./adapter.ts";

/** Names of the query parameter that holds a write key, as SDKs of several vendors call it. */
const queryNames = ["writeKey", "write_key", "key"] as const;

/** Returns the sender by `Authorization` or by the query. */
export function credentialOfHead({ headers, query }: RequestHead): Credential | undefined {
  const authorization = headers["authorization"];
  if (typeof authorization === "string" && authorization !== "") return { by: "authorization", value: authorization };
  return credentialOfQuery(query);
}

/** Returns the sender by the query. */
export function credentialOfQuery(query: URLSearchParams): Credential | undefined {
  for (const name of queryNames) {
    const credential = urlKeyCredential(query.get(name));
    if (credential !== undefined) return credential;
  }
  return undefined;
}

/** A write key that stands in the query or the path. */
export function urlKeyCredential(value: string | null | undefined): Credential | undefined {
  return value === undefined || value === null || value === "" ? undefined : { by: "url-key", value };
}

/** A write key that stands in the body. */
export function writeKeyCredential(value: unknown): Credential | undefined {
  return typeof value === "string" && value !== "" ? { by: "write-key", value } : undefined;
}
