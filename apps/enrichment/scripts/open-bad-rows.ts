/**
 * Decrypts bad rows: `pnpm open-bad-rows < bad-rows.ndjson`. Reads NDJSON from standard input and the keys from PRIVACY_KEYS, writes one
 * JSON object per line: the failure, the origin and the payload as text.
 *
 * Whoever runs it sees what could not be masked. Keep what it prints as you would keep the events themselves.
 */
import { Buffer } from "node:buffer";
import { createInterface } from "node:readline";
import type { BadRow } from "@millrace/event-contracts";
import { openPayload, parsePrivacyKeys } from "../src/index.ts";

const keys = parsePrivacyKeys(process.env["PRIVACY_KEYS"]);

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === "") continue;
  const { failure, origin, payload, payloadBytes, encryption } = JSON.parse(line) as BadRow;
  const bytes = Buffer.from(payload, "base64");
  const opened = encryption === undefined ? bytes : Buffer.from(openPayload({ bytes, keyId: encryption.keyId }, keys));
  const isCut = payloadBytes !== undefined && opened.length < payloadBytes;
  console.log(JSON.stringify({ failure, origin, isCut, payload: opened.toString() }));
}
