/**
 * What an enrichment adds, with its JSON text: inputs repeat, and their text is then written once and not once an event. (Writing
 * the additions of an event anew took about as long as reading the event.)
 */
export interface Addition<Value extends object = object> {
  readonly value: Value;
  readonly json: string;
}

export function createAddition<Value extends object>(value: Value): Addition<Value> {
  return { value, json: JSON.stringify(value) };
}
