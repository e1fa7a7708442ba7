import type { RawEvent } from "@millrace/event-contracts";
import { cutKey } from "../bounded-cache.ts";
import { pointerKeys, valueAt } from "../json-value.ts";

/** A text of an event that enrichments read. Those that read the same one, by the same function, share what is remembered of it. */
export type TextInput = (event: RawEvent, clientIp: string | undefined) => string | undefined;

/** The client's address, before it is truncated. */
export const clientAddress: TextInput = (_event, clientIp) => clientIp;

/** The `User-Agent`. Real ones are below 512 characters; what follows the part that is remembered is not looked at. */
export const userAgentText: TextInput = ({ useragent }) =>
  typeof useragent === "string" && useragent !== "" ? cutKey(useragent) : undefined;

const textsByPointers = new Map<string, TextInput>();

/** The first text that one of several JSON Pointers leads to; the same function for the same pointers. */
export function textAt(pointers: readonly string[]): TextInput {
  const key = pointers.join("\n");
  const known = textsByPointers.get(key);
  if (known !== undefined) return known;
  const paths = pointers.map(pointerKeys);
  const input: TextInput = (event) => {
    for (const keys of paths) {
      const value = valueAt(event, keys);
      if (typeof value === "string" && value !== "") return value;
    }
    return undefined;
  };
  textsByPointers.set(key, input);
  return input;
}
