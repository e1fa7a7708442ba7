import type { RouteOracle } from "../report/route-oracle.ts";
import type { RefusedEvent, SentEvent, TrafficOutcomes } from "../report/sent-ledger.ts";
import type { HttpAnswer } from "./event-client.ts";
import type { PlannedEvent, PlannedRequest } from "./traffic-plan.ts";

/** The service's answer to a batch. */
interface Answer {
  readonly accepted?: number;
  readonly ids?: readonly string[];
  readonly rejected?: readonly { readonly index: number }[];
  readonly errors?: readonly { readonly index?: number }[];
}

/**
 * Returns the outcome of each event of a request. The ids of an answer are those of the accepted events, in the order
 * they were sent.
 */
export function readOutcomes(
  request: PlannedRequest,
  { status, body }: HttpAnswer,
  sentAtMs: number,
  oracle: RouteOracle,
): TrafficOutcomes {
  const { events, visitor } = request;
  if (status >= 500) {
    const failure = `The event service answered ${status}: ${body.slice(0, 300)}`;
    return { sent: events.length, accepted: [], refused: [], failures: [failure] };
  }
  const answer = JSON.parse(body) as Answer;
  const ids = answer.ids ?? [];
  const refusals = new Set((answer.rejected ?? answer.errors ?? []).map(({ index }) => index));
  const accepted: SentEvent[] = [];
  const refused: RefusedEvent[] = [];
  const failures: string[] = [];
  events.forEach((event, index) => {
    const description = `${event.draft.type}, ${event.breakage ?? "unbroken"}`;
    if (ids.length === 0 || refusals.has(index)) {
      refused.push({ id: event.draft.id, fate: event.fate, description });
      return;
    }
    const id = ids[accepted.length];
    if (id === undefined) {
      failures.push(`The answer names fewer ids than it accepted: event ${index} of ${events.length} has none.`);
      return;
    }
    const identity = JSON.stringify([sourceOf(event), id]);
    accepted.push({ identity, sentAtMs, fate: event.fate, description, routes: oracle(event, visitor) });
  });
  return { sent: events.length, accepted, refused, failures };
}

/** A broken event may name another source than its draft. */
function sourceOf({ sent, draft }: PlannedEvent): string {
  return (sent as { readonly source?: string } | undefined)?.source ?? draft.source;
}
