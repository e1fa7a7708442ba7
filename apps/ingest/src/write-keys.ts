import { hash, timingSafeEqual } from "node:crypto";
import { IngestError } from "./problems.ts";
import { compileSourcePatterns, type SourceMatcher } from "./source-patterns.ts";

/** A write key as it is configured: never the key itself. */
export interface WriteKeyConfig {
  /** Names the key in logs. */
  readonly name: string;
  /** SHA-256 of the key, in hexadecimal. */
  readonly sha256: string;
  /** Becomes `tenantid` of every event. */
  readonly tenantId: string;
  /** The values of `source` it may send; `*` stands for any characters. */
  readonly sources: readonly string[];
  /**
   * For keys of back ends that pass on the events of their own clients: the events may state `clientip`, `useragent`,
   * `referer` and `origin`, and nothing is taken from the back end's own request. Default false.
   */
  readonly forwardsClient?: boolean | undefined;
}

/** Who sends a request. */
export interface Sender {
  readonly keyName: string;
  readonly tenantId: string;
  readonly mayUseSource: SourceMatcher;
  readonly forwardsClient: boolean;
}

/** Finds the sender of a request by its `Authorization` header; throws {@link IngestError} with a 401 code. */
export type Authenticate = (authorization: string | undefined) => Sender;

/**
 * Makes the check of write keys. A key arrives as `Authorization: Bearer <key>` or as the user name of
 * `Authorization: Basic`, the way tracking SDKs send it; the password is ignored.
 *
 * What is compared is the SHA-256 of the key presented with *every* configured hash, each in constant time, so the time
 * an answer takes tells nothing about the keys. A plain hash is enough because write keys are random and long;
 * see docs/decisions/0072.
 */
export function createAuthenticate(keys: readonly WriteKeyConfig[]): Authenticate {
  const known = keys.map((key) => ({
    digest: Buffer.from(key.sha256, "hex"),
    sender: {
      keyName: key.name,
      tenantId: key.tenantId,
      mayUseSource: compileSourcePatterns(key.sources),
      forwardsClient: key.forwardsClient ?? false,
    } satisfies Sender,
  }));
  return (authorization) => {
    // By way of a string: asking for a buffer takes three times as long.
    const presented = Buffer.from(hash("sha256", readWriteKey(authorization), "binary"), "latin1");
    let sender: Sender | undefined;
    for (const candidate of known) {
      if (timingSafeEqual(candidate.digest, presented)) sender = candidate.sender;
    }
    if (sender === undefined) {
      throw new IngestError("unknown-write-key", "No write key of this service matches the one in the request.");
    }
    return sender;
  };
}

function readWriteKey(authorization: string | undefined): string {
  if (authorization === undefined || authorization === "") {
    throw new IngestError(
      "missing-credentials",
      "Send the write key as `Authorization: Bearer <key>`, or as the user name of `Authorization: Basic`.",
    );
  }
  const separator = authorization.indexOf(" ");
  const scheme = authorization.slice(0, separator).toLowerCase();
  const credentials = authorization.slice(separator + 1).trim();
  if (separator > 0 && credentials !== "") {
    if (scheme === "bearer") return credentials;
    if (scheme === "basic") {
      const decoded = Buffer.from(credentials, "base64").toString("utf8");
      const colon = decoded.indexOf(":");
      const userName = colon === -1 ? decoded : decoded.slice(0, colon);
      if (userName !== "") return userName;
    }
  }
  throw new IngestError(
    "malformed-credentials",
    "The Authorization header is neither `Bearer <key>` nor `Basic <base64 of key:>`.",
  );
}

/** The form in which a write key is configured. */
export function hashWriteKey(key: string): string {
  return hash("sha256", key, "hex");
}
