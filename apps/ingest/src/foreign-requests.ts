import {
  AdapterError,
  type Credential,
  type Endpoint,
  type ForeignRequest,
  findEndpoints,
  type RequestHead,
} from "@millrace/sender-adapters";
import type { EventService } from "./event-service.ts";
import { storeForeignEvents } from "./foreign-events.ts";
import { IngestError } from "./problems.ts";
import type { Protocol } from "./protocol.ts";
import { identifyByUrl, type Keyring, type Sender } from "./write-keys.ts";

/** The foreign protocols' answer for a request; `undefined` when its path belongs to none. */
export interface ForeignPath {
  /** Methods that the path takes. */
  readonly methods: readonly string[];
  /** `undefined` when the path does not take the method of the request. */
  readonly protocol: Protocol | undefined;
}

/** Finds the foreign protocol of a request. */
export function findForeignPath(
  service: EventService,
  nowMs: () => number,
  head: RequestHead,
): ForeignPath | undefined {
  const match = findEndpoints(head.method, head.path);
  if (match === undefined) return undefined;
  const [first, ...others] = match.endpoints;
  const protocol = first === undefined ? undefined : createProtocol(service, nowMs, head, [first, ...others]);
  return { methods: match.methods, protocol };
}

function createProtocol(
  service: EventService,
  nowMs: () => number,
  head: RequestHead,
  endpoints: readonly [Endpoint, ...Endpoint[]],
): Protocol {
  const [first] = endpoints;
  return {
    hidesGzip: true,
    identify: () => {
      const credential = translate(() => first.credentialOf(head));
      return credential === undefined ? undefined : findSender(service.keyring(), credential);
    },
    identifyByBody: (body) => {
      const { credential } = translate(() => first.open({ ...head, body }));
      if (credential !== undefined) return findSender(service.keyring(), credential);
      throw new IngestError("missing-credentials", "The request names no write key where its protocol has it.");
    },
    accept: async (sender, request) => {
      const endpoint = chooseEndpoint(endpoints, sender, { ...head, body: request.body });
      const settings = endpoint === undefined ? undefined : sender.adapters[endpoint.adapter];
      if (endpoint === undefined || settings === undefined) {
        const names = endpoints.map(({ adapter }) => `\`${adapter}\``).join(" or ");
        throw new IngestError("adapter-not-enabled", `Add ${names} to the \`adapters\` of the write key.`);
      }
      const context = { settings, nowMs: nowMs(), mayForwardClient: sender.forwardsClient };
      const { body, ...rest } = request;
      const { opened, messages } = translate(() => {
        const whole = endpoint.open({ ...head, body });
        return { opened: whole, messages: whole.read(context) };
      });
      const { source } = settings;
      return storeForeignEvents(service, { endpoint, opened, sender, source, messages, request: rest });
    },
    word: (reply) => {
      if (reply.code === undefined || first.answerProblem === undefined) return reply;
      const detail = readDetail(reply.body);
      const { status, headers, body } = first.answerProblem({ status: reply.status, code: reply.code, detail }, head);
      const { "content-type": _type, ...others } = reply.headers;
      return { ...reply, status, headers: { ...others, ...headers }, body };
    },
  };
}

/** Chooses among protocols that share a path: by the key, and by the request itself if the key may use both. */
function chooseEndpoint(endpoints: readonly Endpoint[], sender: Sender, request: ForeignRequest): Endpoint | undefined {
  const enabled = endpoints.filter(({ adapter }) => sender.adapters[adapter] !== undefined);
  if (enabled.length < 2) return enabled[0];
  return enabled.find((endpoint) => translate(() => endpoint.open(request)).namesProtocol) ?? enabled[0];
}

/** @throws IngestError with a 401 code */
function findSender(keyring: Keyring, credential: Credential): Sender {
  const { by, value } = credential;
  if (by === "authorization") return keyring.authenticate(value);
  if (by === "write-key") return keyring.identify(value);
  if (by === "url-key") return identifyByUrl(keyring, value);
  const sender =
    by === "app-id" ? findByAppId(keyring, value) : keyring.senders.find(({ keyName }) => keyName === value);
  if (sender !== undefined) return sender;
  const what = by === "app-id" ? "app id" : "name";
  throw new IngestError("unknown-write-key", `No write key of this service has the ${what} in the request.`);
}

function findByAppId({ senders }: Keyring, appId: string): Sender | undefined {
  const takes = (id: string) => (sender: Sender) => sender.adapters.snowplow?.appIds?.includes(id) === true;
  return senders.find(takes(appId)) ?? senders.find(takes("*"));
}

/** Runs an adapter, whose errors become problems of the service. */
function translate<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    const facts = error.limit === undefined ? {} : { limit: error.limit };
    throw new IngestError(error.code, error.message, facts, { cause: error });
  }
}

function readDetail(body: string | Uint8Array): string {
  return typeof body === "string" ? (JSON.parse(body) as { detail: string }).detail : "";
}
