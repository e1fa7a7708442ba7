/**
 * `google.rpc.Status` in protobuf: field 1 is the code, field 2 the message.
 * @see https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto
 */
export function encodeStatus(code: number, message: string): Uint8Array {
  const text = Buffer.from(message, "utf8");
  return Buffer.concat([Buffer.from([0x08, ...encodeVarint(code), 0x12, ...encodeVarint(text.length)]), text]);
}

function encodeVarint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...bytes, rest];
}
