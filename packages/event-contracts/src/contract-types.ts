import type { EnrichedEvent } from "./envelope/enriched-event.ts";
import type { RawEvent } from "./envelope/raw-event.ts";
import type { EventDataByType, MaskedEventDataByType } from "./generated/contract-types.ts";

/** The event types that have a contract, e.g. `"search.click"`. */
export type EventType = keyof EventDataByType;

/** The `data` of an event as its source sends it; `unknown` for a type without a contract. */
export type DataOf<T extends string> = T extends EventType ? EventDataByType[T] : unknown;

/** The `data` of an event as its consumers see it: masked fields are strings, dropped ones are gone. */
export type MaskedDataOf<T extends string> = T extends EventType ? MaskedEventDataByType[T] : unknown;

/** A raw event of any contract; narrows on `type`. */
export type AnyRawEvent = { [T in EventType]: RawEvent<T, DataOf<T>> }[EventType];

/** An enriched event of any contract; `enriched.event` narrows on `enriched.event.type`. */
export type AnyEnrichedEvent = { [T in EventType]: EnrichedEvent<T> }[EventType];
