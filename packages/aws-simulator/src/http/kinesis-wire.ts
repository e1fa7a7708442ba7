/** The two forms in which the Kinesis protocol carries its members, told apart by the content type of a request. */
import { serializationError } from "../kinesis/errors.ts";
import { toPlain, toWire } from "../kinesis/operations.ts";
import { decodeText, jsonContentType } from "./aws-json.ts";
import { cborContentType, decodeCbor, encodeCbor } from "./cbor.ts";

export interface KinesisWire {
  readonly contentType: string;
  /** @throws KinesisError SerializationException */
  parse(body: Buffer): unknown;
  /** An answer of the API; empty for an operation that answers nothing. */
  write(output: object | undefined): string | Uint8Array;
}

const jsonWire: KinesisWire = {
  contentType: jsonContentType,
  parse: (body) => {
    if (body.byteLength === 0) throw serializationError("The request has no body.");
    try {
      return JSON.parse(decodeText(body)) as unknown;
    } catch {
      throw serializationError("The request body is not valid JSON.");
    }
  },
  write: toWire,
};

const cborWire: KinesisWire = {
  contentType: cborContentType,
  parse: (body) => {
    if (body.byteLength === 0) throw serializationError("The request has no body.");
    try {
      return decodeCbor(body);
    } catch {
      throw serializationError("The request body is not valid CBOR.");
    }
  },
  write: (output) => (output === undefined ? "" : encodeCbor(toPlain(output))),
};

/** Returns the form of a request: CBOR if its content type names it, else JSON. */
export function wireOf(contentType: string | undefined): KinesisWire {
  return contentType?.split(";", 1)[0]?.trim().toLowerCase() === cborContentType ? cborWire : jsonWire;
}
