import { findSettingsFaults, resolveSettings } from "@millrace/sender-adapters";
import * as z from "zod";
import { ConfigError, describeIssues } from "./config.ts";
import { isUriReference } from "./attribute-values.ts";
import { MAX_WRITE_KEY_NAME_CHARACTERS } from "./limits.ts";
import { compileSourcePatterns } from "./source-patterns.ts";
import { senderKinds, type WriteKeyConfig } from "./write-keys.ts";

const sha256 = z.string().regex(/^[\da-f]{64}$/i, "Expected the SHA-256 of the key: 64 hexadecimal digits");

const rate = z.number().positive();

const writeKey = z.strictObject({
  name: z.string().min(1).max(MAX_WRITE_KEY_NAME_CHARACTERS),
  sha256: z.union([sha256, z.array(sha256).min(1).max(2)]),
  tenantId: z.string().min(1).max(64),
  sources: z.array(z.string().min(1)).min(1),
  kind: z.enum(senderKinds).optional(),
  forwardsClient: z.boolean().optional(),
  quotas: z
    .strictObject({
      eventsPerSecond: rate.optional(),
      bytesPerSecond: rate.optional(),
      burstSeconds: rate.optional(),
    })
    .optional(),
  adapters: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  revoked: z.boolean().optional(),
  canary: z.boolean().optional(),
});

const hashesOf = ({ sha256: hashes }: z.output<typeof writeKey>): readonly string[] =>
  typeof hashes === "string" ? [hashes] : hashes;

const writeKeysSchema = z
  .array(writeKey)
  .min(1)
  .superRefine((keys, context) => {
    const unique = { name: keys.map(({ name }) => name), sha256: keys.flatMap(hashesOf) };
    for (const [member, values] of Object.entries(unique)) {
      const lower = values.map((value) => value.toLowerCase());
      const isRepeated = lower.some((value, index) => lower.indexOf(value) !== index);
      if (isRepeated) context.addIssue({ code: "custom", message: `Two keys have the same ${member}` });
    }
    for (const [index, { kind, forwardsClient }] of keys.entries()) {
      if (forwardsClient !== true || kind === undefined || kind === "backend") continue;
      const message = 'Expected `"kind": "backend"` where `forwardsClient` is true';
      context.addIssue({ code: "custom", path: [index, "kind"], message });
    }
    for (const [index, key] of keys.entries()) {
      for (const { path, message } of findAdapterFaults(key)) {
        context.addIssue({ code: "custom", path: [index, "adapters", ...path], message });
      }
    }
    const appIds = keys.flatMap(
      ({ adapters, sources }) => resolveSettings(adapters ?? {}, sources).snowplow?.appIds ?? [],
    );
    if (new Set(appIds).size !== appIds.length) {
      context.addIssue({ code: "custom", message: "Two keys have the same app id of Snowplow" });
    }
  });

function findAdapterFaults({
  adapters = {},
  sources,
}: z.output<typeof writeKey>): { path: string[]; message: string }[] {
  const faults = findSettingsFaults(adapters);
  if (faults.length > 0) return faults;
  const mayUseSource = compileSourcePatterns(sources);
  return Object.entries(resolveSettings(adapters, sources)).flatMap(([name, { source }]) =>
    mayUseSource(source) && isUriReference(source)
      ? []
      : [{ path: [name, "source"], message: "Expected a URI reference that `sources` of the key names" }],
  );
}

/**
 * Reads the document of the write keys: an array of {@link WriteKeyConfig}.
 * @param where names the text in messages
 * @throws ConfigError naming every fault; never quotes a value
 */
export function parseWriteKeys(text: string, where: string): readonly WriteKeyConfig[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which holds the keys' hashes.
    throw new ConfigError([`${where}: is not JSON.`]);
  }
  const result = writeKeysSchema.safeParse(value);
  if (!result.success) throw new ConfigError(describeIssues(result.error, where));
  return result.data;
}
