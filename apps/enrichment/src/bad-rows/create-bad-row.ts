import { Buffer } from "node:buffer";
import type { BadRow } from "@millrace/event-contracts";
import type { SealPayload } from "@millrace/privacy-keys";
import { MAX_BAD_ROW_PAYLOAD_BYTES } from "../limits.ts";
import { type BadRowKind, badRowKinds } from "./bad-row-kinds.ts";

/** Where a record lay. */
export interface RecordOrigin {
  readonly stream: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
}

/** The failure of one event of a record. */
export interface BadRowInput {
  readonly kind: BadRowKind;
  /** Says what is wrong, and never quotes the payload. */
  readonly message: string;
  readonly payload: Uint8Array;
  readonly origin: RecordOrigin;
  /** Which event of the record, from 0. */
  readonly index: number;
  /** How many events from there on, for a row of a record that was set aside. */
  readonly lines?: number;
}

export interface BadRowContext {
  readonly processor: { readonly name: string; readonly version: string };
  readonly sealPayload: SealPayload;
}

/** The one place where bad rows are made. */
export function createBadRow(input: BadRowInput, context: BadRowContext): BadRow {
  const { kind, message, payload, origin, index, lines } = input;
  const { stream, shardId, sequenceNumber } = origin;
  return {
    failure: { kind, message },
    ...sealedPayload(kind, payload, context.sealPayload),
    payloadBytes: payload.length,
    processor: { ...context.processor },
    origin: { stream, shardId, sequenceNumber, index, ...(lines === undefined ? {} : { lines }) },
  };
}

function sealedPayload(
  kind: BadRowKind,
  payload: Uint8Array,
  seal: SealPayload,
): Pick<BadRow, "payload" | "encryption"> {
  // Where masking failed the keys may be at fault, and no bytes are worth the risk: the raw stream still has them.
  if (kind === badRowKinds.maskingFailed) return { payload: "" };
  try {
    const { bytes, keyId } = seal(payload.subarray(0, MAX_BAD_ROW_PAYLOAD_BYTES));
    return { payload: Buffer.from(bytes).toString("base64"), encryption: { algorithm: "aes-256-gcm", keyId } };
  } catch {
    return { payload: "" };
  }
}
