import { Buffer } from "node:buffer";
import type { BadRow } from "@millrace/event-contracts";
import { isPacked, packRecord, unpackRecord } from "@millrace/packed-records";
import { createPayloadSeal, openPayload, type PrivacyKey } from "@millrace/privacy-keys";
import type { Person } from "../person/person.ts";
import { asObject, readObject } from "@millrace/stored-events";
import { isClearOf, isMaskedOf } from "../person/recognize.ts";
import { type Sighting, sightingOf } from "../sighting.ts";
import { joinLines, splitLines } from "./lines.ts";

/** An object, or another text of a store, seen with one person in mind. */
export interface Examined {
  readonly sightings: readonly Sighting[];
  /** The content without the person, `undefined` when nothing else is in it. The same bytes without sightings. */
  readonly kept: Buffer | undefined;
  /** Pieces that cannot be read: a bad row whose key is retired, a dead letter that is no batch, a broken gzip. */
  readonly unreadable: number;
}

/** Looks for a person in the unpacked bytes of an object. */
export type Format = (content: Buffer, person: Person, keys: readonly PrivacyKey[]) => Examined;

type LineLook = (line: Buffer) => {
  readonly sightings?: readonly Sighting[];
  /** Absent: the line goes. */
  readonly kept?: Uint8Array;
  readonly isUnreadable?: boolean;
};

function examineLines(content: Buffer, look: LineLook): Examined {
  const lines = splitLines(content);
  const kept: Uint8Array[] = [];
  const sightings: Sighting[] = [];
  let unreadable = 0;
  for (const line of lines) {
    const seen = look(line);
    if (seen.sightings !== undefined) sightings.push(...seen.sightings);
    if (seen.isUnreadable === true) unreadable += 1;
    if (seen.kept !== undefined) kept.push(seen.kept);
  }
  if (sightings.length === 0) return { sightings, kept: content, unreadable };
  return { sightings, kept: kept.length === 0 ? undefined : joinLines(kept), unreadable };
}

/** Enriched events and what destinations got of them: masked, one a line. */
export const maskedLines: Format = (content, person) =>
  examineLines(content, (line) => {
    const text = line.toString();
    return isMaskedOf(person, text) ? { sightings: [sightingOf(text)] } : { kept: line };
  });

/** Events as ingest took them, one a line. */
export const clearLines: Format = (content, person) =>
  examineLines(content, (line) => {
    const text = line.toString();
    return isClearOf(person, text) ? { sightings: [sightingOf(text)] } : { kept: line };
  });

/** Undelivered events: the enriched event, with the delivery beside it. */
export const undeliveredLines: Format = (content, person) =>
  examineLines(content, (line) => {
    const text = line.toString();
    if (!isMaskedOf(person, text)) return { kept: line };
    const enriched = asObject(readObject(text)?.["enriched"]);
    return { sightings: [sightingOf(enriched === undefined ? text : JSON.stringify(enriched))] };
  });

/**
 * Bad rows, opened with their keys. A row of one event goes; one that stands for a whole record is sealed again, under
 * the key it had, without the person's lines.
 */
export const badRowLines: Format = (content, person, keys) =>
  examineLines(content, (line) => {
    const row = readObject(line.toString()) as Partial<BadRow> | undefined;
    const { payload = "", encryption, origin } = row ?? {};
    if (row === undefined || origin === undefined) return { kept: line, isUnreadable: true };
    if (payload === "") return { kept: line };
    const key = encryption === undefined ? undefined : keys.find(({ id }) => id === encryption.keyId);
    if (encryption !== undefined && key === undefined) return { kept: line, isUnreadable: true };
    const opened = openRow(Buffer.from(payload, "base64"), key);
    // A packed record is a bad row as a whole only when it cannot be unpacked.
    if (opened === undefined || isPacked(opened)) return { kept: line, isUnreadable: true };
    const { stream, shardId, sequenceNumber, index = 0 } = origin;
    const place = { stream, shardId, sequenceNumber, index };
    const inside = examineRecord(opened, person, (text) => sightingOf(text, place));
    if (inside.sightings.length === 0) return { kept: line };
    if (inside.kept === undefined || (origin.lines ?? 1) <= 1) return { sightings: inside.sightings };
    const rest: BadRow = {
      ...(row as BadRow),
      payload: sealRow(inside.kept, key),
      payloadBytes: (row.payloadBytes ?? opened.length) - (opened.length - inside.kept.length),
      origin: { ...origin, lines: (origin.lines ?? 1) - inside.sightings.length },
    };
    return { sightings: inside.sightings, kept: Buffer.from(JSON.stringify(rest)) };
  });

function openRow(bytes: Buffer, key: PrivacyKey | undefined): Buffer | undefined {
  if (key === undefined) return bytes;
  try {
    return Buffer.from(openPayload({ bytes, keyId: key.id }, [key]));
  } catch {
    return undefined;
  }
}

function sealRow(payload: Buffer, key: PrivacyKey | undefined): string {
  return Buffer.from(key === undefined ? payload : createPayloadSeal([key])(payload).bytes).toString("base64");
}

/** Examines the lines of a record, in clear or masked: its writer is unknown. */
function examineRecord(data: Buffer, person: Person, describe: (text: string) => Sighting): Examined {
  return examineLines(data, (line) => {
    const text = line.toString();
    return isMaskedOf(person, text) || isClearOf(person, text) ? { sightings: [describe(text)] } : { kept: line };
  });
}

interface BatchRecord {
  readonly kinesis: { readonly data: string };
}

/**
 * A batch that Lambda gave up on: one document, whose `payload` is the text of the invocation.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export const deadLetter: Format = (content, person) => {
  const document = readObject(content.toString());
  const invocation = typeof document?.["payload"] === "string" ? readObject(document["payload"]) : undefined;
  const records = invocation?.["Records"] as readonly BatchRecord[] | undefined;
  if (!Array.isArray(records)) return { sightings: [], kept: content, unreadable: 1 };
  const sightings: Sighting[] = [];
  const rest: BatchRecord[] = [];
  let unreadable = 0;
  for (const record of records as readonly BatchRecord[]) {
    const data = Buffer.from(record.kinesis.data, "base64");
    const { data: lines, fault } = unpackRecord(data);
    if (fault !== undefined) unreadable += 1;
    const seen = examineRecord(lines, person, sightingOf);
    sightings.push(...seen.sightings);
    if (seen.sightings.length === 0) rest.push(record);
    else if (seen.kept !== undefined) {
      const kept = packRecord(seen.kept, isPacked(data) ? "gzip" : "none");
      rest.push({ ...record, kinesis: { ...record.kinesis, data: Buffer.from(kept).toString("base64") } });
    }
  }
  if (sightings.length === 0) return { sightings, kept: content, unreadable };
  if (rest.length === 0) return { sightings, kept: undefined, unreadable };
  const payload = JSON.stringify({ ...invocation, Records: rest });
  return { sightings, kept: Buffer.from(JSON.stringify({ ...document, payload })), unreadable };
};
