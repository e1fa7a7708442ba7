import { createHash, randomBytes } from "node:crypto";
import type { EnvironmentConfig } from "../config/schema.ts";
import { SECRET_FILE, type Step } from "./step.ts";

/** Makes random bytes; a test hands in its own. */
export type RandomBytes = (size: number) => Buffer;

interface SecretProps {
  readonly name: string;
  readonly description: string;
  readonly value: () => string;
  readonly afterwards?: () => string | undefined;
}

/** A secret that exists keeps its value: rotating keys is an act of its own. */
function secretStep({ name, description, value, afterwards }: SecretProps): Step {
  let isMade = false;
  return {
    title: `secret ${name}`,
    pending: async (world) => {
      const found = await world?.aws.find(
        ["ResourceNotFoundException"],
        "secretsmanager describe-secret",
        "--secret-id",
        name,
      );
      if (found !== undefined) return [];
      const args = [
        "secretsmanager",
        "create-secret",
        "--name",
        name,
        "--description",
        description,
        "--secret-string",
        `file://${SECRET_FILE}`,
      ];
      if (world === undefined) return [{ by: "aws", args }];
      isMade = true;
      return [{ by: "aws", args, secret: value() }];
    },
    afterwards: () => (isMade ? afterwards?.() : undefined),
  };
}

/**
 * The write keys and the privacy keys of an environment, fresh. A write key is kept as its SHA-256; the key itself is
 * shown once, when it is made.
 */
export function secretSteps(config: EnvironmentConfig, random: RandomBytes = randomBytes): readonly Step[] {
  const { canaries, environment, ingest, privacyKeys } = config;
  if (ingest.writeKeys.from === "inline" || privacyKeys.from === "inline") return [];
  const writeKey = `mrw_${environment}_${random(24).toString("base64url")}`;
  const hashOf = (key: string): string => createHash("sha256").update(key).digest("hex");
  const canaryKey = `mrw_${environment}_canary_${random(24).toString("base64url")}`;
  const canaryEntry = {
    name: "canaries",
    sha256: hashOf(canaryKey),
    tenantId: "millrace",
    sources: ["/millrace/canaries"],
    canary: true,
  };
  let areKeysNew = false;
  return [
    secretStep({
      name: ingest.writeKeys.secretName,
      description: "Millrace: SHA-256 of the write keys, each with its tenant and the sources it may send",
      value: () => {
        areKeysNew = true;
        return JSON.stringify([
          {
            name: "first key",
            sha256: hashOf(writeKey),
            tenantId: config.tags.owner.replaceAll(/[^\w.-]/g, "-"),
            sources: ingest.corsOrigins.map((origin) => (origin === "*" ? "*" : `${origin}/*`)),
          },
          ...(canaries === undefined ? [] : [canaryEntry]),
        ]);
      },
      afterwards: () => `The first write key of ${environment}, shown this once: ${writeKey}`,
    }),
    secretStep({
      name: privacyKeys.secretName,
      description: "Millrace: keys that mask personal data; the first is the active one",
      value: () => JSON.stringify([{ id: `${environment}-1`, key: random(32).toString("base64") }]),
    }),
    ...(canaries?.writeKey.from === "secrets-manager"
      ? [
          secretStep({
            name: canaries.writeKey.secretName,
            description: "Millrace: write key of the canary events, as a JSON string",
            value: () => JSON.stringify(canaryKey),
            // Write keys that were there before do not know it.
            afterwards: () =>
              areKeysNew ? undefined : `Add to the write keys of ${environment}: ${JSON.stringify(canaryEntry)}`,
          }),
        ]
      : []),
  ];
}
