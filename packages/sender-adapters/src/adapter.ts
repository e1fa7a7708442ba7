import type { AdapterErrorCode } from "./adapter-error.ts";
import type { AdapterName, AdapterSettings } from "./settings.ts";

/** The head of a request, known before its body is read. */
export interface RequestHead {
  readonly method: string;
  /** Without the query; percent-encoded as it came. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case, as `node:http` gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** A whole request. */
export interface ForeignRequest extends RequestHead {
  /** After decompression. */
  readonly body: Uint8Array;
}

/** Part of a request that names its sender. */
export type Credential =
  /** The whole `Authorization` header. */
  | { readonly by: "authorization"; readonly value: string }
  /** A write key that stands in the body. */
  | { readonly by: "write-key"; readonly value: string }
  /** A write key that stands in the query or the path, where every proxy on the way writes it down. */
  | { readonly by: "url-key"; readonly value: string }
  /** An app id of Snowplow, which is public and names a key. */
  | { readonly by: "app-id"; readonly value: string }
  /** The name of a key. The request has to prove itself by a signature. */
  | { readonly by: "key-name"; readonly value: string };

/** A CloudEvent to be stored; the service adds what only the receiver knows. */
export interface AdaptedEvent {
  readonly specversion: "1.0";
  /** Left out where the sender gave none and none can be derived: the service makes one. */
  readonly id?: string | undefined;
  readonly source: string;
  readonly type: string;
  readonly subject?: string | undefined;
  /** RFC 3339; left out where the sender gave none that can be read. */
  readonly time?: string | undefined;
  readonly dataschema?: string | undefined;
  /** The end user's address and agent, where the sender may forward them. */
  readonly clientip?: string | undefined;
  readonly useragent?: string | undefined;
  readonly traceparent?: string | undefined;
  /** The foreign message, whole. */
  readonly data: unknown;
}

/** One message that cannot become an event, with what is kept of it. */
export interface UnreadableMessage {
  readonly code: AdapterErrorCode;
  readonly detail: string;
  /** JSON text of the message, or the bytes as text. */
  readonly text: string;
}

/** Result of one message of a request. */
export type ReadMessage = { readonly event: AdaptedEvent } | { readonly fault: UnreadableMessage };

/** Settings of the write key that affect reading. */
export interface ReadContext {
  readonly settings: AdapterSettings;
  /** Epoch milliseconds; signatures have an age. */
  readonly nowMs: number;
  /** True if events may state `clientip` and `useragent`. */
  readonly mayForwardClient: boolean;
}

/** Outcome of the messages after storing. */
export interface Outcome {
  /** Events that were stored as what they are. */
  readonly accepted: number;
  /** Messages that were not, in order. */
  readonly refused: readonly { readonly index: number; readonly code: string; readonly detail: string }[];
}

/** An answer in the words of the SDK. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** A request whose body was read. */
export interface OpenedRequest {
  /** True if the request itself names this protocol, for keys that may use several which share a path. */
  readonly namesProtocol?: boolean | undefined;
  /** Returns the credentials in the body. */
  readonly credential?: Credential | undefined;
  /**
   * The messages in order; none for a request that asks for settings.
   * @throws AdapterError `invalid-signature`, and whatever else ends the request
   */
  read(context: ReadContext): readonly ReadMessage[];
  /** The answer when everything was stored that can be. */
  answer(outcome: Outcome): Answer;
}

/** A problem the service answers with. */
export interface ServiceProblem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

/** The request of a foreign sender. */
export interface Endpoint {
  readonly adapter: AdapterName;
  /**
   * The fate of a message that cannot be an event. SDKs look at the status alone and drop or repeat a whole batch,
   * so it is stored as a refused event (`store`); where the protocol has words for it, the answer tells (`tell`); and a
   * webhook, which sends one at a time, is answered with the problem (`refuse`).
   */
  readonly refusals: "store" | "tell" | "refuse";
  /** Returns the credentials in the head: with them, strangers cannot make the service read a body. */
  credentialOf(head: RequestHead): Credential | undefined;
  /** Reads the body. @throws AdapterError */
  open(request: ForeignRequest): OpenedRequest;
  /** A problem in the words of the protocol; without it the service answers with `application/problem+json`. */
  answerProblem?(problem: ServiceProblem, head: RequestHead): Answer;
}

/** One foreign protocol. */
export interface Adapter {
  readonly name: AdapterName;
  /** The methods that browsers ask for in a preflight, for a path of the protocol; `undefined` for other paths. */
  methodsOf(path: string): readonly string[] | undefined;
  /** The endpoint of a path, for one of the methods of {@link methodsOf}. */
  endpointOf(method: string, path: string): Endpoint | undefined;
}
