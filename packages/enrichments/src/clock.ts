import { parseInstant } from "@millrace/event-contracts";
import { EnrichmentFailedError } from "./errors.ts";
import type { Addition } from "./addition.ts";
import { defineEnrichment, type EnrichmentInput } from "./definition.ts";
import type { ObjectSchema, ValueOf } from "./value-of.ts";

const options = {
  type: "object",
  additionalProperties: false,
  properties: {
    toleranceMs: {
      description: "How far ahead of the receipt a client's time may lie without being corrected; 1,000 when left out.",
      type: "integer",
      minimum: 0,
    },
    maxAgeMs: {
      description: "How long before the receipt a client's time is believed; 7 days when left out.",
      type: "integer",
      minimum: 0,
    },
    maxSentAgeMs: {
      description:
        "How long before the receipt a client's time is believed that came with its time of sending; 365 days when left out.",
      type: "integer",
      minimum: 0,
    },
    sentAttribute: {
      description: "Extension attribute in which clients put the time of sending; `sentat` when left out.",
      type: "string",
      pattern: "^[a-z0-9]{1,20}$",
    },
  },
} as const satisfies ObjectSchema;

const result = {
  description: "When the event happened, by our clock as far as that can be told.",
  type: "object",
  properties: {
    derivedTime: {
      type: "string",
      maxLength: 64,
      format: "date-time",
      description: "RFC 3339 with milliseconds, never after the receipt.",
    },
    basis: {
      type: "string",
      enum: ["client", "corrected", "receipt"],
      description:
        "`client`: the client's time is plausible as it is; `corrected`: moved by the skew of its clock; `receipt`: it cannot be right, so the time of receipt stands in.",
    },
    skewMs: {
      description: "How far the client's clock is behind ours, where it is known: positive when it is slow.",
      type: "number",
      minimum: -9007199254740991,
      maximum: 9007199254740991,
    },
  },
  required: ["derivedTime", "basis"],
  additionalProperties: false,
} as const satisfies ObjectSchema;

export type ClockResult = ValueOf<typeof result>;

const DEFAULT_TOLERANCE_MS = 1_000;
const DEFAULT_MAX_AGE_MS = 7 * 24 * 60 * 60 * 1_000;
const DEFAULT_MAX_SENT_AGE_MS = 365 * 24 * 60 * 60 * 1_000;

/**
 * Derives the time of an event. When the client said when it *sent* the event, the difference to the receipt is the
 * skew of its clock (plus the way, which is short): the time of the event moves by it, and is believed for longer,
 * since a device may have been offline for weeks. Without, only an impossible time is replaced.
 */
export const clock = defineEnrichment({
  name: "clock",
  options,
  result,
  create(options) {
    const toleranceMs = options.toleranceMs ?? DEFAULT_TOLERANCE_MS;
    const maxAgeMs = options.maxAgeMs ?? DEFAULT_MAX_AGE_MS;
    const maxSentAgeMs = options.maxSentAgeMs ?? DEFAULT_MAX_SENT_AGE_MS;
    const sentAttribute = options.sentAttribute ?? "sentat";
    const enrich = ({ event }: EnrichmentInput) => {
      const sent = event[sentAttribute];
      if (sent === undefined && isPlausibleAtSight(event.time, event.receivedat, maxAgeMs)) {
        return createClockAddition(event.time, "client", undefined);
      }
      const receivedAt = parseTime(event.receivedat);
      if (receivedAt === undefined) throw new EnrichmentFailedError("`receivedat` is no RFC 3339 time.");
      const time = parseTime(event.time);
      if (time === undefined) throw new EnrichmentFailedError("`time` is no RFC 3339 time.");
      const sentAt = parseTime(sent);
      const skewMs = sentAt === undefined ? undefined : receivedAt - sentAt;
      const isSkewed = skewMs !== undefined && Math.abs(skewMs) > toleranceMs;
      const derived = isSkewed ? time + skewMs : time;
      const oldest = receivedAt - (sentAt === undefined ? maxAgeMs : maxSentAgeMs);
      const isPossible = derived <= receivedAt + toleranceMs && derived >= oldest;
      return createClockAddition(
        toIsoText(isPossible ? Math.min(derived, receivedAt) : receivedAt, time, event.time),
        isPossible ? (isSkewed ? "corrected" : "client") : "receipt",
        skewMs,
      );
    };
    return { enrich };
  },
});

/** Returns the ISO text of one of two instants. For the client's time its own text is taken, if it has this form. */
function toIsoText(instant: number, time: number, text: string): string {
  return instant === time && isoText.test(text) ? text : new Date(instant).toISOString();
}

const tails = {
  client: '","basis":"client"}',
  corrected: '","basis":"corrected"}',
  receipt: '","basis":"receipt"}',
} as const;

/** Times do not repeat, so there is nothing to remember; their text needs no escaping, so it is written by hand. */
function createClockAddition(
  derivedTime: string,
  basis: ClockResult["basis"],
  skewMs: number | undefined,
): Addition<ClockResult> {
  const head = `,"clock":{"derivedTime":"${derivedTime}`;
  return skewMs === undefined
    ? { value: { derivedTime, basis }, member: head + tails[basis] }
    : { value: { derivedTime, basis, skewMs }, member: `${head}","basis":"${basis}","skewMs":${skewMs}}` };
}

// Output of `Date.prototype.toISOString`.
const isoText = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/u;
const dayLength = "2026-11-22".length;
const DAY_MS = 24 * 60 * 60 * 1_000;
let lastDay = "";

/**
 * True if nothing needs correcting: both times in the one form that nearly all have, on one day, in order. Texts of
 * this form are ordered as their instants are, so nothing is parsed.
 */
function isPlausibleAtSight(time: string, receivedAt: string, maxAgeMs: number): boolean {
  if (time > receivedAt || maxAgeMs < DAY_MS || !isoText.test(time) || !isoText.test(receivedAt)) return false;
  const day = time.slice(0, dayLength);
  if (!receivedAt.startsWith(day)) return false;
  if (day !== lastDay) {
    if (Number.isNaN(Date.parse(day))) return false;
    lastDay = day;
  }
  return true;
}

function parseTime(text: unknown): number | undefined {
  return typeof text === "string" ? parseInstant(text) : undefined;
}
