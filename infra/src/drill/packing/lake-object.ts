import { spawnSync } from "node:child_process";
import { inflateRawSync } from "node:zlib";

/** An object of the lake as programs that know nothing of this project read it. */
export interface LakeObject {
  readonly key: string;
  /** Version of the delivery stream that stored it: one more after each change of its destination. */
  readonly version: number;
  /** Members of its gzip: one where Firehose compressed the lines, one for each record otherwise. */
  readonly members: number;
  readonly ids: readonly string[];
  /** Why it cannot be read whole. */
  readonly fault?: string;
}

/** Of a member without optional fields. https://www.rfc-editor.org/rfc/rfc1952#section-2.3 */
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const MAGIC = 0x1f8b;

/** Reads an object by `gunzip -t` and member by member. Each member has to hold whole lines of JSON. */
export function readLakeObject(key: string, bytes: Uint8Array): LakeObject {
  const version = versionOf(key);
  const { status, stderr } = spawnSync("gunzip", ["-t"], { input: bytes });
  try {
    if (status !== 0) throw new SyntaxError(`gunzip -t: ${stderr.toString().trim()}`);
    const members = membersOf(Buffer.from(bytes));
    return { key, version, members: members.length, ids: members.flatMap(idsOf) };
  } catch (error) {
    return { key, version, members: 0, ids: [], fault: (error as Error).message };
  }
}

/** https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html */
export const versionOf = (key: string): number => Number(/-(\d+)-\d{4}(?:-\d\d){5}-/.exec(key)?.[1]);

function membersOf(bytes: Buffer): readonly string[] {
  const members: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.readUInt16BE(at) !== MAGIC) throw new SyntaxError(`At ${at} begins no member.`);
    const inflated = inflateRawSync(bytes.subarray(at + HEADER_BYTES), { info: true }) as unknown as Inflated;
    members.push(inflated.buffer.toString("utf8"));
    at += HEADER_BYTES + inflated.engine.bytesWritten + TRAILER_BYTES;
  }
  return members;
}

/** https://nodejs.org/api/zlib.html#class-options: the result with `info` */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function idsOf(text: string): readonly string[] {
  if (!text.endsWith("\n")) throw new SyntaxError("A member ends within a line.");
  const lines = text.slice(0, -1).split("\n");
  return lines.map((line) => (JSON.parse(line) as { readonly event: { readonly id: string } }).event.id);
}
