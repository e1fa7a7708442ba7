import { credentialOfQuery } from "@millrace/sender-adapters";
import type { EventRequest, EventService, ProtocolReply } from "./event-service.ts";
import { IngestError } from "./problems.ts";
import { identifyByUrl, type Sender } from "./write-keys.ts";

/** How the requests of an endpoint say who sends them and what. */
export interface Protocol {
  /** True if a body may be gzip without a `Content-Encoding`. */
  readonly hidesGzip: boolean;
  /**
   * Finds the sender before a byte of the body is read; `undefined` where only the body names it.
   * @throws IngestError
   */
  identify(): Sender | undefined;
  /** Finds the sender by the body. @throws IngestError */
  identifyByBody(body: Uint8Array): Sender;
  /** Takes the events of the body. @throws IngestError */
  accept(sender: Sender, request: EventRequest): Promise<ProtocolReply>;
  /** Says an answer in the words of the protocol. */
  word(reply: ProtocolReply): ProtocolReply;
}

/** CloudEvents with the key in `Authorization`. */
export function createCloudEventsProtocol(service: EventService, authorization: string | undefined): Protocol {
  return {
    hidesGzip: false,
    identify: () => service.authenticate(authorization),
    identifyByBody: missingCredentials,
    accept: (sender, request) => service.accept(sender, request),
    word: (reply) => reply,
  };
}

/**
 * CloudEvents with the key in the query, for senders that cannot set a header: `navigator.sendBeacon`, and webhooks
 * such as Event Grid's. `undefined` when the query names no key.
 */
export function createBeaconProtocol(service: EventService, query: string): Protocol | undefined {
  const credential = credentialOfQuery(new URLSearchParams(query));
  if (credential === undefined) return undefined;
  return {
    hidesGzip: false,
    identify: () => identifyByUrl(service.keyring(), credential.value),
    identifyByBody: missingCredentials,
    accept: (sender, request) => service.accept(sender, { ...request, headers: readAsJson(request.headers) }),
    word: (reply) => reply,
  };
}

/** A text is what `sendBeacon` types a string as. */
function readAsJson(headers: EventRequest["headers"]): EventRequest["headers"] {
  const { "content-type": contentType } = headers;
  const isText = typeof contentType === "string" && /^text\/plain\b/i.test(contentType);
  return isText ? { ...headers, "content-type": "application/json" } : headers;
}

function missingCredentials(): never {
  throw new IngestError("missing-credentials", "The request carries no write key.");
}
