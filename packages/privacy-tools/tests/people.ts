import { Buffer } from "node:buffer";
import { createPayloadSeal, type PrivacyKey, pseudonymOf } from "@millrace/privacy-keys";

export const key: PrivacyKey = { id: "k2", key: Buffer.alloc(32, 2) };
export const olderKey: PrivacyKey = { id: "k1", key: Buffer.alloc(32, 1) };
export const keys = [key, olderKey];

export const ada = "ada.lovelace@mail.example";
export const ben = "ben.bitdiddle@mail.example";

export const receivedAt = "2026-11-20T10:00:01.000Z";

/** A raw event of somebody. */
export function rawEvent(id: string, email: string, subject = `visitor-of-${id}`): Record<string, unknown> {
  return {
    specversion: "1.0",
    id,
    source: "https://shop.example/web",
    type: "commerce.purchase",
    subject,
    time: receivedAt,
    receivedat: receivedAt,
    tenantid: "shop",
    data: { customer: { email }, total: 12 },
  };
}

/** The same, masked under a key. */
export function enrichedEvent(id: string, email: string, subject?: string, masking = key): Record<string, unknown> {
  const event = rawEvent(id, email, subject);
  return {
    event: { ...event, data: { customer: { email: pseudonymOf(masking, "email", email).value }, total: 12 } },
    enrichment: {},
    validation: { status: "valid", schema: null, errors: [] },
    privacy: { masked: [] },
    processing: { enrichment: { name: "enrichment", version: "1.0.0", at: receivedAt } },
  };
}

/** A bad row that holds lines, sealed. */
export function badRow(payload: string, sequenceNumber: string, sealing = key): Record<string, unknown> {
  const { bytes, keyId } = createPayloadSeal([sealing])(Buffer.from(payload));
  const lines = payload.split("\n").filter(Boolean).length;
  return {
    failure: { kind: "not-json", message: "The line is not JSON." },
    payload: Buffer.from(bytes).toString("base64"),
    encryption: { algorithm: "aes-256-gcm", keyId },
    payloadBytes: payload.length,
    processor: { name: "enrichment", version: "1.0.0" },
    origin: {
      stream: "millrace-test-raw",
      shardId: "shardId-000000000000",
      sequenceNumber,
      index: 0,
      ...(lines > 1 && { lines }),
    },
  };
}

/** The document that Lambda leaves of a batch that it gave up on. */
export function deadLetterOf(records: readonly (string | Uint8Array)[]): string {
  const Records = records.map((text, at) => ({
    eventSourceARN: "arn:aws:kinesis:eu-west-1:1:stream/millrace-test-raw",
    kinesis: { sequenceNumber: String(at), partitionKey: "p", data: Buffer.from(text).toString("base64") },
  }));
  return JSON.stringify({ version: "1.0", timestamp: receivedAt, payload: JSON.stringify({ Records }) });
}

export const ndjson = (values: readonly unknown[]): Buffer =>
  Buffer.from(values.map((value) => `${typeof value === "string" ? value : JSON.stringify(value)}\n`).join(""));
