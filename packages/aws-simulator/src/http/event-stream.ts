/**
 * Messages of an event stream as AWS frames them: a prelude of two lengths and its CRC, headers, payload, CRC of all.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
import { crc32 } from "node:zlib";

export const eventStreamContentType = "application/vnd.amazon.eventstream";

const preludeBytes = 12;
const checksumBytes = 4;
/** Type of a header whose value is text. */
const textHeader = 7;

/** One message, with headers that are all text. */
export function encodeMessage(headers: Readonly<Record<string, string>>, payload: string | Uint8Array): Buffer {
  const head = encodeHeaders(headers);
  const body = typeof payload === "string" ? Buffer.from(payload) : payload;
  const message = Buffer.alloc(preludeBytes + head.byteLength + body.byteLength + checksumBytes);
  message.writeUInt32BE(message.byteLength, 0);
  message.writeUInt32BE(head.byteLength, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  message.set(head, preludeBytes);
  message.set(body, preludeBytes + head.byteLength);
  const end = message.byteLength - checksumBytes;
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
      offset = header.writeUInt8(textHeader, offset);
      offset = header.writeUInt16BE(Buffer.byteLength(value), offset);
      header.write(value, offset);
      return header;
    }),
  );
}
