/**
 * Messages of an event stream as AWS frames them: a prelude of two lengths and its CRC, headers, payload, CRC of all.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
import { crc32 } from "node:zlib";

export const eventStreamContentType = "application/vnd.amazon.eventstream";

const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** Type of a header whose value is text. */
const TEXT_HEADER = 7;

/** One message, with headers that are all text. */
export function encodeMessage(headers: Readonly<Record<string, string>>, payload: string | Uint8Array): Buffer {
  const head = encodeHeaders(headers);
  const body = typeof payload === "string" ? Buffer.from(payload) : payload;
  const message = Buffer.alloc(PRELUDE_BYTES + head.byteLength + body.byteLength + CHECKSUM_BYTES);
  message.writeUInt32BE(message.byteLength, 0);
  message.writeUInt32BE(head.byteLength, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  message.set(head, PRELUDE_BYTES);
  message.set(body, PRELUDE_BYTES + head.byteLength);
  const end = message.byteLength - CHECKSUM_BYTES;
  message.writeUInt32BE(crc32(message.subarray(0, end)), end);
  return message;
}

export function encodeEvent(type: string, contentType: string, payload: string | Uint8Array): Buffer {
  return encodeMessage({ ":message-type": "event", ":event-type": type, ":content-type": contentType }, payload);
}

export function encodeException(type: string, contentType: string, payload: string | Uint8Array): Buffer {
  return encodeMessage(
    { ":message-type": "exception", ":exception-type": type, ":content-type": contentType },
    payload,
  );
}

function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const header = Buffer.alloc(1 + name.length + 1 + 2 + Buffer.byteLength(value));
      let offset = header.writeUInt8(name.length, 0);
      offset += header.write(name, offset, "ascii");
      offset = header.writeUInt8(TEXT_HEADER, offset);
      offset = header.writeUInt16BE(Buffer.byteLength(value), offset);
      header.write(value, offset);
      return header;
    }),
  );
}
