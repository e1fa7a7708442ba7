import { hash, timingSafeEqual } from "node:crypto";
import { type AdapterSettingsByName, type AdapterSettingsDocument, resolveSettings } from "@millrace/sender-adapters";
import { IngestError } from "./problems.ts";
import { compileSourcePatterns, type SourceMatcher } from "./source-patterns.ts";

/** The kind of program behind a write key; it decides whose address and user agent a request carries. */
export const senderKinds = ["browser", "app", "backend", "webhook"] as const;

export type SenderKind = (typeof senderKinds)[number];

/** Limits of a key's traffic to one instance of the service. */
export interface Quotas {
  readonly eventsPerSecond?: number | undefined;
  /** Bytes of bodies as they arrive. */
  readonly bytesPerSecond?: number | undefined;
  /** Seconds of the rates above that may be sent at once after a pause. Default 10. */
  readonly burstSeconds?: number | undefined;
}

/** A write key as it is configured: never the key itself. */
export interface WriteKeyConfig {
  /** Names the key in logs and metrics; unique. */
  readonly name: string;
  /** SHA-256 of the key, in hexadecimal; two of them while the key is rotated. */
  readonly sha256: string | readonly string[];
  /** Becomes `tenantid` of every event. */
  readonly tenantId: string;
  /** The values of `source` it may send; `*` stands for any characters. */
  readonly sources: readonly string[];
  /** Default `browser`. */
  readonly kind?: SenderKind | undefined;
  /** The older way to write `"kind": "backend"`. */
  readonly forwardsClient?: boolean | undefined;
  readonly quotas?: Quotas | undefined;
  /** The foreign protocols it may use; none unless they are named. */
  readonly adapters?: AdapterSettingsDocument | undefined;
  /** Refuses the key with a code of its own, so that its owner learns why. */
  readonly revoked?: boolean | undefined;
  /** Marks every event of the key as a canary: it measures the pipeline, and no statistics count it. */
  readonly canary?: boolean | undefined;
}

/** Who sends a request. */
export interface Sender {
  readonly keyName: string;
  readonly tenantId: string;
  readonly mayUseSource: SourceMatcher;
  readonly kind: SenderKind;
  /** The request comes from the end user's own device, so address and user agent are the client's. */
  readonly isClient: boolean;
  /** The sender passes on what others did, and may state their address and user agent. */
  readonly forwardsClient: boolean;
  /** Its events are canaries. */
  readonly isCanary: boolean;
  readonly quotas: Quotas;
  /** Settings of the foreign protocols that the key may use. */
  readonly adapters: AdapterSettingsByName;
}

/** The write keys in force. */
export interface Keyring {
  /** Finds the sender by an `Authorization` header. @throws IngestError with a 401 code */
  authenticate(authorization: string | undefined): Sender;
  /** Finds the sender by the key alone, where a protocol carries it elsewhere. @throws IngestError with a 401 code */
  identify(key: string): Sender;
  /** Every sender whose key is not revoked. */
  readonly senders: readonly Sender[];
}

interface Candidate {
  readonly digest: Buffer;
  /** `undefined` for a key that is revoked. */
  readonly sender: Sender | undefined;
}

/**
 * Makes the check of write keys. A key arrives as `Authorization: Bearer <key>` or as the user name of
 * `Authorization: Basic`, the way tracking SDKs send it; the password is ignored.
 *
 * Compares the SHA-256 of the presented key with *every* configured hash, each in constant time, so the time
 * an answer takes tells nothing about the keys. A plain hash is enough because write keys are random and long;
 * see docs/decisions/0072.
 */
export function createKeyring(keys: readonly WriteKeyConfig[]): Keyring {
  const candidates = keys.flatMap(createCandidates);
  const identify = (key: string): Sender => {
    // By way of a string: asking for a buffer takes three times as long.
    const presented = Buffer.from(hash("sha256", key, "binary"), "latin1");
    let found: Candidate | undefined;
    for (const candidate of candidates) {
      if (timingSafeEqual(candidate.digest, presented)) found = candidate;
    }
    if (found === undefined) {
      throw new IngestError("unknown-write-key", "No write key of this service matches the one in the request.");
    }
    if (found.sender === undefined) {
      throw new IngestError("revoked-write-key", "The write key was revoked; ask the platform team for another one.");
    }
    return found.sender;
  };
  return {
    identify,
    authenticate: (authorization) => identify(readWriteKey(authorization)),
    senders: [...new Set(candidates.flatMap(({ sender }) => sender ?? []))],
  };
}

function createCandidates(config: WriteKeyConfig): Candidate[] {
  const hashes = typeof config.sha256 === "string" ? [config.sha256] : config.sha256;
  const sender = config.revoked === true ? undefined : createSender(config);
  return hashes.map((text) => ({ digest: Buffer.from(text, "hex"), sender }));
}

function createSender(config: WriteKeyConfig): Sender {
  const kind = config.kind ?? (config.forwardsClient === true ? "backend" : "browser");
  return {
    keyName: config.name,
    tenantId: config.tenantId,
    mayUseSource: compileSourcePatterns(config.sources),
    kind,
    isClient: kind === "browser" || kind === "app",
    forwardsClient: kind === "backend",
    isCanary: config.canary === true,
    quotas: config.quotas ?? {},
    adapters: resolveSettings(config.adapters ?? {}, config.sources),
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

/**
 * Finds the sender by a key in the query or the path. Proxies write URLs down, so that a back end's key, which is a
 * secret, is refused there; those of pages and apps are public anyway.
 * @throws IngestError with a 401 code
 */
export function identifyByUrl(keyring: Keyring, key: string): Sender {
  const sender = keyring.identify(key);
  if (sender.kind !== "backend") return sender;
  throw new IngestError("backend-key-in-url", "Send the key of a back end in the header `Authorization`.");
}

/** The form in which a write key is configured. */
export function hashWriteKey(key: string): string {
  return hash("sha256", key, "hex");
}
