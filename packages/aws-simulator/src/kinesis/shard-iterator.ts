import { invalidArgument } from "./errors.ts";

/** Where a reader stands in a shard: before the first record whose number is at least `position`. */
export interface IteratorState {
  readonly streamName: string;
  readonly streamCreatedMs: number;
  readonly shardId: string;
  readonly position: string;
  readonly issuedMs: number;
}

const version = "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0001";
const separator = "/";

/**
 * An opaque token. It begins like those of AWS (`AAAAAAAAAAE…`) and carries a checksum, so that a token that was cut or
 * edited is refused as AWS refuses it instead of reading from somewhere else.
 */
export function encodeIterator(state: IteratorState): string {
  const text = [state.streamName, state.streamCreatedMs, state.shardId, state.position, state.issuedMs].join(separator);
  return Buffer.from(`${version}${checksum(text)}${separator}${text}`, "latin1").toString("base64");
}

/** @throws InvalidArgumentException when the token was not made by {@link encodeIterator}. */
export function decodeIterator(token: string): IteratorState {
  const text = Buffer.from(token, "base64").toString("latin1");
  if (!text.startsWith(version)) throw invalidArgument("Invalid ShardIterator.");
  const cut = text.indexOf(separator);
  const body = text.slice(cut + 1);
  const [streamName, streamCreatedMs, shardId, position, issuedMs] = body.split(separator);
  if (
    text.slice(version.length, cut) !== checksum(body) ||
    streamName === undefined ||
    shardId === undefined ||
    position === undefined
  ) {
    throw invalidArgument("Invalid ShardIterator.");
  }
  return { streamName, streamCreatedMs: Number(streamCreatedMs), shardId, position, issuedMs: Number(issuedMs) };
}

/** FNV-1a over 32 bits: guards against accidents, not against attackers. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
