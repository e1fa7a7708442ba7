/**
 * The CBOR form of the Kinesis protocol, which AWS's Java SDK and the Kinesis Client Library speak by default:
 * awsJson1.1 with bodies in CBOR, bytes as byte strings, and times as tag 1 with epoch *milliseconds* (RFC 8949 has
 * seconds there). https://github.com/aws/aws-sdk-java-v2/tree/master/core/protocols/aws-cbor-protocol
 */
import { decode, type EncodeOptions, encode, Token, Type } from "cborg";

export const cborContentType = "application/x-amz-cbor-1.1";

const EPOCH_TIME_TAG = 1;

const encodeOptions: EncodeOptions = {
  ignoreUndefinedProperties: true,
  // Members keep the order they were written in: sorting them costs, and no reader asks for it.
  mapSorter: () => 0,
  typeEncoders: {
    Date: (date: Date) => [new Token(Type.tag, EPOCH_TIME_TAG), new Token(Type.uint, date.getTime())],
  },
};

const decodeOptions = {
  tags: {
    [EPOCH_TIME_TAG]: (content: () => unknown): unknown => {
      const epochMs = content();
      return typeof epochMs === "number" ? new Date(Math.round(epochMs)) : epochMs;
    },
  },
};

export function encodeCbor(value: object): Uint8Array {
  return encode(value, encodeOptions);
}

/** @throws Error when the bytes are no CBOR, or have texts or byte strings of indefinite length */
export function decodeCbor(bytes: Uint8Array): unknown {
  return decode(bytes, decodeOptions);
}
