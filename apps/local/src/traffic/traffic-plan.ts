import { type Breakage, breakages, type Fate, type StrayRecord, strayRecords } from "./broken-events.ts";
import { createSession, type DraftEvent, pick, type Random, type SessionStep, type Visitor } from "./sessions.ts";

export type { Visitor } from "./sessions.ts";

/** How a request carries its events. */
export type Mode = "single" | "array" | "ndjson" | "structured" | "batched" | "binary";

/** One event of the plan with what the pipeline owes it. */
export interface PlannedEvent {
  /** The sent value: an event, a broken value, or (a string) raw JSON text. */
  readonly sent: unknown;
  /** The event before it was broken. */
  readonly draft: DraftEvent;
  readonly fate: Fate;
  /** The breakage, or undefined for an event as it should be. */
  readonly breakage?: string;
}

/** One HTTP request to the event service. */
export interface PlannedRequest {
  readonly kind: "request";
  readonly mode: Mode;
  readonly visitor: Visitor;
  readonly events: readonly PlannedEvent[];
}

/** One record that goes to the raw stream past the event service. */
export interface PlannedStray {
  readonly kind: "stray";
  readonly record: StrayRecord;
}

export type PlannedSending = PlannedRequest | PlannedStray;

export interface TrafficOptions {
  readonly random: Random;
  /** Share of events that are broken, 0–1. */
  readonly brokenShare: number;
  /** Stray records for each request, 0–1. */
  readonly strayShare: number;
  /** Visitors whose sessions run side by side. */
  readonly concurrentSessions: number;
  readonly maxEventsPerRequest: number;
}

/** Steps of a session, about. */
const USUAL_STEPS = 8;

const modesOfOne: readonly Mode[] = ["single", "single", "structured", "binary"];
const modesOfMany: readonly Mode[] = ["array", "ndjson", "batched"];

/**
 * An endless plan of requests: sessions of many visitors, interleaved, each visitor's events in order, and now and then
 * a stray record. The same random source gives the same plan.
 */
export function* planTraffic(options: TrafficOptions): Generator<PlannedSending> {
  const { random } = options;
  const sessions = Array.from({ length: options.concurrentSessions }, () => joinSession(random));
  for (;;) {
    if (random() < options.strayShare) yield { kind: "stray", record: pick(random, strayRecords) };
    const slot = Math.floor(random() * sessions.length);
    const size = random() < 0.5 ? 1 : 1 + Math.floor(random() * options.maxEventsPerRequest);
    const steps: SessionStep[] = [];
    while (steps.length < size) {
      const next = sessions[slot]?.next();
      if (next === undefined || next.done === true) {
        sessions[slot] = createSession(random);
        break;
      }
      steps.push(next.value);
    }
    yield* toRequests(steps, options);
  }
}

/** A session somewhere in its middle: else the plan would begin with the landing pages of all visitors. */
function joinSession(random: Random): Generator<SessionStep> {
  const session = createSession(random);
  for (let passed = Math.floor(random() * USUAL_STEPS); passed > 0; passed -= 1) session.next();
  return session;
}

/** An event that spoils its whole request travels alone. All other events stay together. */
function* toRequests(
  steps: readonly SessionStep[],
  { random, brokenShare }: TrafficOptions,
): Generator<PlannedRequest> {
  const together: PlannedEvent[] = [];
  for (const { visitor, event } of steps) {
    const fault: Breakage | undefined = random() < brokenShare ? pick(random, breakages) : undefined;
    const planned: PlannedEvent =
      fault === undefined
        ? { sent: event, draft: event, fate: "valid" }
        : { sent: fault.apply(event), draft: event, fate: fault.fate, breakage: fault.name };
    if (fault?.isWholeRequest === true) yield { kind: "request", mode: "single", visitor, events: [planned] };
    else together.push(planned);
  }
  const first = steps[0];
  if (first === undefined || together.length === 0) return;
  const mode = together.length === 1 ? pickModeOfOne(random, together[0]) : pick(random, modesOfMany);
  yield { kind: "request", mode, visitor: first.visitor, events: together };
}

/** Binary mode needs attributes that fit into headers, so only an unbroken event travels in it. */
function pickModeOfOne(random: Random, event: PlannedEvent | undefined): Mode {
  const mode = pick(random, modesOfOne);
  return event?.fate === "valid" ? mode : "single";
}
