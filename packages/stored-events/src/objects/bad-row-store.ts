import type { BadRow } from "@millrace/event-contracts";
import { Buffer } from "node:buffer";
import { LONGEST_BUFFERING_MS } from "../limits.ts";
import type { Store } from "../store.ts";
import { type BadRowNote, readObject, StoredEvent, type StoredContent, type TimeRange } from "../stored-event.ts";
import { listPrefixes, objectPart, type ReadLine } from "./object-parts.ts";
import type { S3 } from "./open-s3.ts";
import { hourOfKey, timePrefixes } from "./time-prefixes.ts";
import { HOUR_MS, wholeHours } from "./undelivered-store.ts";

/**
 * Decrypts the payload of a bad row.
 * @returns undefined when no key of the reader has its id
 */
export type OpenPayload = (payload: Uint8Array, keyId: string) => Uint8Array | undefined;

/** Bad rows in the lake; those that can be opened are the raw events that enrichment could not read. */
export function badRowStore(s3: S3, bucket: string, open: OpenPayload | undefined, folder = "bad-rows/"): Store {
  return {
    name: "bad-rows",
    isSideBySide: false,
    async *parts(range) {
      const prefixes = timePrefixes(folder, range, LONGEST_BUFFERING_MS);
      for await (const object of listPrefixes(s3, bucket, prefixes)) {
        yield objectPart(s3, bucket, object, hoursOf(range), readLine);
      }
    },
    part: (key, range) => objectPart(s3, bucket, { key }, hoursOf(range), readLine),
  };

  /** The rows of an object came up to the longest buffering after its folder's hour began. */
  function hoursOf(range: TimeRange): TimeRange {
    return wholeHours({ ...range, fromMs: range.fromMs - LONGEST_BUFFERING_MS });
  }

  function readLine(text: string, { container, position, key }: Parameters<ReadLine>[1]): readonly StoredEvent[] {
    const spanMs = HOUR_MS + LONGEST_BUFFERING_MS;
    const place = { store: "bad-rows", container, position, atMs: hourOfKey(key) ?? 0, spanMs } as const;
    return [new StoredEvent(place, openRow(text, open))];
  }
}

function openRow(text: string, open: OpenPayload | undefined): StoredContent {
  const row = readObject(text) as Partial<BadRow> | undefined;
  if (row?.failure === undefined || row.processor === undefined) return { form: "none", text };
  const note = { kind: row.failure.kind, message: row.failure.message, version: row.processor.version };
  const opened = openedPayload(row, open);
  if (typeof opened === "string") return { form: "none", text, badRow: { ...note, closed: opened } };
  return { form: "raw", text: opened.toString("utf8"), badRow: note };
}

function openedPayload(
  { payload = "", payloadBytes, encryption, processor, origin }: Partial<BadRow>,
  open: OpenPayload | undefined,
): Buffer | NonNullable<BadRowNote["closed"]> {
  // They hold a line of the enriched stream, which enrichment does not read.
  if (processor?.name === "router") return "of-the-router";
  if (payload === "") return "no-payload";
  if ((origin?.lines ?? 1) !== 1) return "several-lines";
  const sealed = Buffer.from(payload, "base64");
  const bytes = encryption === undefined ? sealed : open?.(sealed, encryption.keyId);
  if (bytes === undefined) return "no-key";
  return payloadBytes !== undefined && bytes.length < payloadBytes ? "cut" : Buffer.from(bytes);
}
