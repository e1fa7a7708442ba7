import type { Credential } from "../adapter.ts";
import { AdapterError } from "../adapter-error.ts";
import { readSettingsKey } from "./settings-key.ts";

/**
 * The path of a webhook: `/v1/webhooks/<adapter>/<name of the key>`. The name is no secret; the signature proves the
 * sender.
 */
export function createWebhookPath(adapter: string): RegExp {
  return new RegExp(`^/v1/webhooks/${adapter}/([^/]+)/?$`);
}

/** The key that the path of a webhook names. */
export function keyNameCredential(pattern: RegExp, path: string): Credential | undefined {
  const value = readSettingsKey(pattern, path);
  return value === undefined || value === "" ? undefined : { by: "key-name", value };
}

/** The fault of a request that its sender did not sign. */
export function invalidSignature(detail: string): AdapterError {
  return new AdapterError("invalid-signature", detail);
}
