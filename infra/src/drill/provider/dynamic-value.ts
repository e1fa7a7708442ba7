import { decode, encode, ExtensionCodec } from "@msgpack/msgpack";

/**
 * A value that only an apply will know.
 * https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md
 */
export class Unknown {
  readonly isUnknown = true;
}

export const unknown = new Unknown();

/** A value of Terraform's. A `dynamic` one is a pair: the bytes of its type, then itself. */
export type Value = null | boolean | number | string | Unknown | Uint8Array | readonly Value[] | ObjectValue;

export interface ObjectValue {
  readonly [name: string]: Value;
}

/** As a message carries it; state that Terraform had stored comes as JSON. */
export interface DynamicValue {
  readonly msgpack?: Uint8Array;
  readonly json?: Uint8Array;
}

const UNKNOWN_EXTENSION = 0;
/** An unknown value about which something is known, such as a prefix. */
const REFINED_UNKNOWN_EXTENSION = 12;

const extensionCodec = new ExtensionCodec();
extensionCodec.register({
  type: UNKNOWN_EXTENSION,
  encode: (value) => (value instanceof Unknown ? Uint8Array.of(0) : null),
  decode: () => unknown,
});
extensionCodec.register({ type: REFINED_UNKNOWN_EXTENSION, encode: () => null, decode: () => unknown });

export function readDynamicValue(message: DynamicValue | null | undefined): Value {
  if (message?.msgpack !== undefined && message.msgpack.byteLength > 0) {
    return decode(message.msgpack, { extensionCodec }) as Value;
  }
  if (message?.json !== undefined && message.json.byteLength > 0) {
    return JSON.parse(Buffer.from(message.json).toString("utf8")) as Value;
  }
  return null;
}

export const writeDynamicValue = (value: Value): DynamicValue => ({ msgpack: encode(value, { extensionCodec }) });

export const isObject = (value: Value | undefined): value is ObjectValue =>
  typeof value === "object" &&
  value !== null &&
  !isList(value) &&
  !(value instanceof Unknown) &&
  !(value instanceof Uint8Array);

export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);
