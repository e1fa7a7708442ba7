import { EnrichmentFailedError } from "../errors.ts";
import type { EnrichmentDefinition } from "./enrichment.ts";

/** When the event happened, by our clock as far as that can be told. */
export interface ClockResult {
  /** RFC 3339 with milliseconds, never after the receipt. */
  readonly derivedTime: string;
  /**
   * `client` the client's time is plausible as it is; `corrected` moved by the skew of its clock; `receipt` it cannot be
   * right, so the time of receipt stands in.
   */
  readonly basis: "client" | "corrected" | "receipt";
  /** How far the client's clock is behind ours, where it is known: positive when it is slow. */
  readonly skewMs?: number;
}

const defaultToleranceMs = 1_000;
const defaultMaxAgeMs = 7 * 24 * 60 * 60 * 1_000;

/**
 * Derives the time of an event. When the client said when it *sent* the event, the difference to the receipt is the skew of its clock (plus
 * the way, which is short): the time of the event moves by it. Without, only an impossible time is replaced.
 */
export const clock: EnrichmentDefinition = {
  name: "clock",
  create(options) {
    const toleranceMs = (options["toleranceMs"] as number | undefined) ?? defaultToleranceMs;
    const maxAgeMs = (options["maxAgeMs"] as number | undefined) ?? defaultMaxAgeMs;
    const sentAttribute = (options["sentAttribute"] as string | undefined) ?? "sentat";
    return ({ event }) => {
      const receivedAt = parseTime(event.receivedat);
      if (receivedAt === undefined) throw new EnrichmentFailedError("`receivedat` is no RFC 3339 time.");
      const time = parseTime(event.time);
      if (time === undefined) {
        throw new EnrichmentFailedError("`time` is no RFC 3339 time.");
      }
      const sentAt = parseTime(event[sentAttribute]);
      if (sentAt !== undefined) {
        const skewMs = receivedAt - sentAt;
        const isSkewed = Math.abs(skewMs) > toleranceMs;
        const derived = isSkewed ? time + skewMs : time;
        return { ...judge(derived, receivedAt, toleranceMs, maxAgeMs, isSkewed ? "corrected" : "client"), skewMs };
      }
      return judge(time, receivedAt, toleranceMs, maxAgeMs, "client");
    };
  },
};

function judge(
  time: number,
  receivedAt: number,
  toleranceMs: number,
  maxAgeMs: number,
  basis: "client" | "corrected",
): ClockResult {
  const isPossible = time <= receivedAt + toleranceMs && time >= receivedAt - maxAgeMs;
  return isPossible
    ? { derivedTime: new Date(Math.min(time, receivedAt)).toISOString(), basis }
    : { derivedTime: new Date(receivedAt).toISOString(), basis: "receipt" };
}

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/u;

function parseTime(text: unknown): number | undefined {
  if (typeof text !== "string" || !rfc3339.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
