import type { PrivacyRule, RawEvent } from "@millrace/event-contracts";
import type { Addition } from "./addition.ts";
import { EnrichmentFailedError } from "./errors.ts";
import type { OpenTables } from "./lookup/lookup.ts";
import type { TextInput } from "./text-input.ts";
import type { ObjectSchema, ValueOf } from "./value-of.ts";

/** Input of an enrichment. */
export interface EnrichmentInput {
  /** The event as it will leave, with everything sensitive masked. */
  readonly event: RawEvent;
  /** The client's address, before it is truncated. The one thing of the clear event an enrichment sees. */
  readonly clientIp: string | undefined;
  /** Returns the result of an enrichment before this one in the list; `undefined` when it has none or does not run. */
  resultOf(name: string): object | undefined;
  /**
   * Masks a value of an addition by an annotation, and notes it on the event.
   *
   * @param path JSON Pointer of the value in the enriched event
   * @returns the masked value
   */
  mask(value: unknown, rule: PrivacyRule, path: string): unknown;
}

/** Adds to an event what follows from the event. */
export interface EventEnrichment<Result = object> {
  /**
   * A pure function of its input.
   *
   * @returns what is added; `undefined` when there is nothing to say
   * @throws EnrichmentFailedError when the event holds what should be there and it cannot be used
   */
  readonly enrich: (input: EnrichmentInput) => Addition<Result> | undefined;
}

/**
 * Adds to an event what follows from one of its texts alone, so that it is computed once for a text that comes again.
 */
export interface TextEnrichment<Result = object> {
  readonly input: TextInput;
  /** As `enrich` of {@link EventEnrichment}, of the text. */
  readonly read: (text: string) => Addition<Result> | undefined;
  /** Addition for an event without the text. */
  readonly withoutText?: Addition<Result> | undefined;
}

export type Enrichment<Result = object> = EventEnrichment<Result> | TextEnrichment<Result>;

/** Reads the bytes of a file of the bundle, or of a path. */
export type ReadFile = (path: string) => Uint8Array;

/** Resources of enrichments besides their options. */
export interface EnrichmentResources {
  readonly readFile: ReadFile;
  /** Without it, lookups have no tables. */
  readonly openTable?: OpenTables;
}

/** An enrichment: its code, the schema of its options, and the schema of what it adds. */
export interface EnrichmentDefinition {
  /** Its addition lies under this name. */
  readonly name: string;
  readonly options: ObjectSchema;
  /** Of what it adds; a function where the options say it. Its `description` tells what the enrichment is for. */
  readonly result: ObjectSchema | ((options: Readonly<Record<string, unknown>>) => ObjectSchema);
  /** @param options as `options` allows them; the build checks them */
  create(options: Readonly<Record<string, unknown>>, resources: EnrichmentResources): Enrichment;
}

/**
 * Defines an enrichment, with the types of its options and of what it adds taken from their schemas.
 *
 * @example
 * ```ts
 * export const weekday = defineEnrichment({
 *   name: "weekday",
 *   options: { type: "object", properties: { language: { type: "string" } } },
 *   result: { type: "object", required: ["day"], properties: { day: { type: "string" } } },
 *   create: ({ language = "en" }) => ({
 *     enrich: ({ event }) => createAddition("weekday", { day: dayOf(event.time, language) }),
 *   }),
 * });
 * ```
 */
export function defineEnrichment<const Options extends ObjectSchema, const Result extends ObjectSchema>(definition: {
  readonly name: string;
  readonly options: Options;
  readonly result: Result;
  create(options: ValueOf<Options>, resources: EnrichmentResources): Enrichment<ValueOf<Result>>;
}): EnrichmentDefinition;
export function defineEnrichment(definition: object): EnrichmentDefinition {
  return definition as EnrichmentDefinition;
}

let lastText: string | undefined;
let lastUrl: URL | null = null;

/** Parses a URL of http or https. Several enrichments ask for the same one in turn, so the last is remembered. */
export function parseWebUrl(text: string): URL {
  if (text !== lastText) {
    lastUrl = URL.parse(text);
    lastText = text;
  }
  const url = lastUrl;
  if (url === null) throw new EnrichmentFailedError("The address is not a URL.");
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new EnrichmentFailedError("The address is not one of the web.");
  }
  return url;
}

// https://developer.android.com/training/app-links: the host is the name of the package.
const androidApp = /^android-app:\/\/([\w.]{1,255})(\/\S*)?$/iu;

/** Returns host and path of a referring address: of the web, or of an app (`android-app://com.example/`). */
export function parseReferringAddress(text: string): { readonly hostname: string; readonly pathname: string } {
  const app = androidApp.exec(text);
  return app === null ? parseWebUrl(text) : { hostname: (app[1] ?? "").toLowerCase(), pathname: app[2] ?? "/" };
}
