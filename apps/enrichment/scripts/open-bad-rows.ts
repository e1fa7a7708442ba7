/**
 * Decrypts bad rows: `pnpm open-bad-rows < bad-rows.ndjson`. Reads NDJSON from standard input and writes one JSON
 * object per line: the failure, the origin and the payload as text. The keys come from the secret that
 * PRIVACY_KEYS_SECRET_ARN names, with the credentials of the environment, or as they are from PRIVACY_KEYS: no secret
 * holds retired keys.
 *
 * The output contains text that could not be masked. Keep it as you would keep the events themselves.
 */
import { Buffer } from "node:buffer";
import { createInterface } from "node:readline";
import type { BadRow } from "@millrace/event-contracts";
import { createSecretReader } from "@millrace/aws-request";
import { openPayload, parsePrivacyKeys, type PrivacyKey } from "@millrace/privacy-keys";
import { PRIVACY_KEYS_TIMEOUT_MS } from "../src/limits.ts";

const { PRIVACY_KEYS: given, PRIVACY_KEYS_SECRET_ARN: secretId = "" } = process.env;

async function readKeys(): Promise<readonly PrivacyKey[]> {
  if (secretId === "") return parsePrivacyKeys(given);
  const { text } = await createSecretReader(process.env)(secretId, AbortSignal.timeout(PRIVACY_KEYS_TIMEOUT_MS));
  return parsePrivacyKeys(text, `the secret ${secretId}`);
}

const keys = await readKeys();

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === "") continue;
  const { failure, origin, payload, payloadBytes, encryption } = JSON.parse(line) as BadRow;
  const bytes = Buffer.from(payload, "base64");
  const opened = encryption === undefined ? bytes : Buffer.from(openPayload({ bytes, keyId: encryption.keyId }, keys));
  const isCut = payloadBytes !== undefined && opened.length < payloadBytes;
  console.log(JSON.stringify({ failure, origin, isCut, payload: opened.toString() }));
}
