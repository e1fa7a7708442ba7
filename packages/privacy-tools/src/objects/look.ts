import type { PrivacyKey } from "@millrace/privacy-keys";
import { StoreError } from "../errors.ts";
import type { Person } from "../person/person.ts";
import type { ObjectPlace } from "../place.ts";
import type { Examined } from "./formats.ts";
import { packLike, unpack } from "./lines.ts";
import type { ObjectClient, ObjectVersion } from "./object-client.ts";

/** A version that was looked into. */
export interface SeenVersion extends Examined {
  readonly version: ObjectVersion;
  /** The bytes to put in its place; undefined when nothing of it is to stay. */
  readonly rest: Uint8Array | undefined;
}

/** Objects that are read ahead: an answer of S3 takes tens of milliseconds, and each may hold 128 MiB unpacked. */
const OBJECTS_AT_ONCE = 8;

/** Looks into every version of every object of a place; those that go away meanwhile are left out. */
export async function* lookIntoObjects(
  { objects, keys }: { readonly objects: ObjectClient; readonly keys: readonly PrivacyKey[] },
  { bucket, prefix, format }: ObjectPlace,
  person: Person,
  wanted: (key: string) => boolean = () => true,
): AsyncGenerator<SeenVersion> {
  const reading: Promise<SeenVersion | undefined>[] = [];
  for await (const version of objects.versions(bucket, prefix)) {
    if (!wanted(version.key)) continue;
    const next = look(version);
    // Its failure is thrown where its turn comes, or not at all when an earlier one ends the search.
    next.catch(() => undefined);
    reading.push(next);
    if (reading.length < OBJECTS_AT_ONCE) continue;
    const seen = await reading.shift();
    if (seen !== undefined) yield seen;
  }
  for (const next of reading) {
    const seen = await next;
    if (seen !== undefined) yield seen;
  }

  async function look(version: ObjectVersion): Promise<SeenVersion | undefined> {
    const bytes = await objects.read(version);
    if (bytes === undefined) return undefined;
    const seen = format(unpackObject(bytes, version), person, keys);
    const isSame = seen.sightings.length === 0;
    return { ...seen, version, rest: isSame ? bytes : seen.kept && packLike(bytes, seen.kept) };
  }
}

function unpackObject(bytes: Buffer, { bucket, key }: ObjectVersion): Buffer {
  try {
    return unpack(bytes);
  } catch (cause) {
    const { message } = cause as Error;
    throw new StoreError(
      `s3://${bucket}/${key} cannot be unpacked (${message}). Delete it if it is of no use, then go on.`,
      { cause },
    );
  }
}
