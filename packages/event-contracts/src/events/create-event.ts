import { v7 as uuidV7 } from "uuid";
import type { CompiledContracts } from "../validator-runtime/compiled-contracts.ts";
import type { DataOf, EventType } from "../contract-types.ts";
import type { CloudEvent } from "../envelope/cloud-event.ts";
import { InvalidEventError } from "../errors.ts";
import { newestSchemas } from "../generated/contract-types.ts";

/** Members of an event that a source gives. `createEvent` fills in the rest. */
export interface NewEvent<T extends EventType> {
  /** URI reference of the producer, e.g. `https://shop.example/web`. */
  source: string;
  data: DataOf<T>;
  /** The subject of the event. It becomes the partition key. */
  subject?: string;
  /** UUIDv7 by default. Give your own to make sending it again harmless. */
  id?: string;
  /** RFC 3339; now by default. */
  time?: string;
  /** W3C trace context. */
  traceparent?: string;
}

/** Options of {@link createEvent}. */
export interface CreateEventOptions {
  /**
   * Checks `data` at run time, e.g. `contracts` of `@millrace/event-contracts/validators`. By default only the compiler
   * checks it.
   */
  contracts?: CompiledContracts;
  /** The system's clock by default. */
  clock?: {
    /** Epoch milliseconds. */
    now(): number;
  };
}

// The one place that reads the system's clock.
const systemClock = { now: () => Date.now() };

/**
 * Makes a CloudEvent whose `data` fits the newest contract of its type, checked by the compiler and, if `contracts` are
 * given, at run time. `dataschema` names that contract, so that a later MODEL does not change what the event means.
 * @throws InvalidEventError with every error, if `contracts` are given.
 * @example
 * const data = { name: "a", properties: {} };
 * createEvent("custom.event", { source: "https://shop.example/web", data }).type // "custom.event"
 */
export function createEvent<T extends EventType>(
  type: T,
  event: NewEvent<T>,
  options: CreateEventOptions = {},
): CloudEvent<T, DataOf<T>> & { time: string; data: DataOf<T> } {
  const now = (options.clock ?? systemClock).now();
  const dataschema: string = newestSchemas[type];
  const faults = options.contracts?.validatorOf(dataschema)?.(event.data) ?? null;
  if (faults !== null) throw new InvalidEventError(type, faults);
  return {
    specversion: "1.0",
    id: event.id ?? uuidV7({ msecs: now }),
    source: event.source,
    type,
    ...(event.subject === undefined ? {} : { subject: event.subject }),
    time: event.time ?? new Date(now).toISOString(),
    dataschema,
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
    data: event.data,
  };
}
