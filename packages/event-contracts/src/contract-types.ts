import type { EventDataByType, MaskedEventDataByType } from "./generated/contract-types.ts";

/** The event types that have a contract, e.g. `"search.click"`. */
export type EventType = keyof EventDataByType & string;

/** The `data` of an event as its source sends it; `unknown` for a type without a contract. */
export type DataOf<T extends string> = T extends EventType ? EventDataByType[T] : unknown;

/** The `data` of an event as its consumers see it: masked fields are strings, dropped ones are gone. */
export type MaskedDataOf<T extends string> = T extends EventType ? MaskedEventDataByType[T] : unknown;
