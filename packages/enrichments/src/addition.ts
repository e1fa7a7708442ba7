/**
 * Addition of an enrichment, with its JSON text. Inputs repeat, so the text is written once and not once an event.
 * (Writing an event's additions each time took about as long as reading the event.)
 */
export interface Addition<Value = object> {
  readonly value: Value;
  /** As a member of the object of all additions, with a comma before it: `,"geo":{"country":"GB"}`. */
  readonly member: string;
}

/** @param name of the enrichment */
export function createAddition<Value>(name: string, value: Value): Addition<Value> {
  return { value, member: `,"${name}":${JSON.stringify(value)}` };
}
