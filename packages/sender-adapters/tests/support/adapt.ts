import type { AdaptedEvent, Answer, Credential, ReadMessage } from "../../src/adapter.ts";
import { findEndpoints } from "../../src/index.ts";
import type { AdapterName, AdapterSettings } from "../../src/settings.ts";

export const source = "https://shop.example/web";
/** 2026-01-01T00:00:00.000Z */
export const nowMs = Date.UTC(2026, 0, 1);

export interface AdaptOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly settings?: Partial<AdapterSettings>;
  readonly mayForwardClient?: boolean;
  readonly accepted?: number;
  readonly refused?: readonly { index: number; code: string; detail: string }[];
}

export interface Adapted {
  readonly ofHead: Credential | undefined;
  readonly ofBody: Credential | undefined;
  readonly messages: readonly ReadMessage[];
  /** The messages that became events. */
  readonly events: readonly AdaptedEvent[];
  readonly answer: Answer;
}

/** Runs a request through one adapter as the service does. */
export function adapt(
  adapter: AdapterName,
  target: string,
  body: string | Uint8Array = "",
  options: AdaptOptions = {},
): Adapted {
  const { pathname: path, searchParams: query } = new URL(target, "http://ingest.example");
  const method = options.method ?? "POST";
  const endpoint = findEndpoints(method, path)?.endpoints.find((candidate) => candidate.adapter === adapter);
  if (endpoint === undefined) throw new Error(`${adapter} has no endpoint for ${method} ${path}.`);
  const request = { method, path, query, headers: { host: "ingest.example", ...options.headers } };
  const ofHead = endpoint.credentialOf(request);
  const opened = endpoint.open({ ...request, body: typeof body === "string" ? Buffer.from(body) : body });
  const settings = { source, ...options.settings };
  const messages = opened.read({ settings, nowMs, mayForwardClient: options.mayForwardClient ?? false });
  const events = messages.flatMap((message) => ("event" in message ? [message.event] : []));
  const answer = opened.answer({ accepted: options.accepted ?? events.length, refused: options.refused ?? [] });
  return { ofHead, ofBody: opened.credential, messages, events, answer };
}
