import { readRetryAfter } from "./retry-delay.ts";

/** Why the service will never take an event as it is. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

/** The fate that an answer gives the events of a request. */
export interface Answer {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly code?: string;
  readonly detail: string;
  /** Fate of the events that no list of the answer names. */
  readonly others: "accepted" | "again" | "refused" | "split";
  /** By place in the request. */
  readonly refusals: ReadonlyMap<number, Refusal>;
  /** Events to send again, by place, and whether each may be stored all the same. */
  readonly unconfirmed: ReadonlyMap<number, boolean>;
  /** True if events that are sent again without being listed may be stored all the same. */
  readonly isAmbiguous: boolean;
  readonly retryAfterMs?: number;
}

/** The members of the service's answers that are read here. */
interface Body {
  readonly accepted?: unknown;
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly rejected?: unknown;
  readonly unconfirmed?: unknown;
}

/** The body as a whole cannot be taken, perhaps for one of its events. */
const bodyFaults: readonly number[] = [400, 413, 415, 422];
/** The sender may not send. */
const senderFaults: readonly number[] = [401, 403];

/**
 * Reads an answer. Only a refusal of the service itself, with a `code`, settles events. An answer of a proxy or of a
 * captive portal does not concern them, not even a 200.
 */
export function readAnswer(status: number, retryAfter: string | null, text: string, nowMs: number): Answer {
  const body = parse(text);
  const refusals = new Map(listOf(body.rejected).map(({ index, code, detail }) => [index, { code, detail }]));
  const unconfirmed = new Map(listOf(body.unconfirmed).map(({ index, isAmbiguous }) => [index, isAmbiguous]));
  const code = typeof body.code === "string" ? body.code : undefined;
  const isOk = status >= 200 && status < 300;
  const others =
    (isOk && typeof body.accepted === "number") || unconfirmed.size > 0
      ? "accepted"
      : code === undefined || isOk
        ? "again"
        : senderFaults.includes(status)
          ? "refused"
          : bodyFaults.includes(status)
            ? "split"
            : "again";
  const retryAfterMs = readRetryAfter(retryAfter, nowMs);
  return {
    status,
    ...(code !== undefined && { code }),
    detail: typeof body.detail === "string" ? body.detail : `The answer was ${status} and not the event service's own.`,
    others,
    refusals,
    unconfirmed,
    isAmbiguous: code === undefined || code === "internal-error",
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** There was no answer, so that every event may be stored. */
export function noAnswer(error: unknown): Answer {
  const detail = `There was no answer: ${error instanceof Error ? error.message : String(error)}`;
  return { status: 0, detail, others: "again", refusals: new Map(), unconfirmed: new Map(), isAmbiguous: true };
}

function parse(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

interface Listed extends Refusal {
  readonly index: number;
  readonly isAmbiguous: boolean;
}

function listOf(value: unknown): Listed[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: Partial<Listed> | null) => {
    const { index, code, detail, isAmbiguous } = item ?? {};
    if (typeof index !== "number") return [];
    return [{ index, code: String(code), detail: String(detail), isAmbiguous: isAmbiguous !== false }];
  });
}
