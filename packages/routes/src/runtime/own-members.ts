import { NumberText } from "@millrace/event-pattern";

export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a JSON object; a number that is kept by its digits is none. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof NumberText);

/** Sets an own member of any name: an assignment to `__proto__` would set the prototype. */
export function setMember(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  else object[key] = value;
}
