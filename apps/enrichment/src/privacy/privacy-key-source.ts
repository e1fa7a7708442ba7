import { type ReadSecret, RotatingSecret, type SecretRead } from "@millrace/aws-request";
import { parsePrivacyKeys, type PrivacyKey } from "@millrace/privacy-keys";
import type { Clock } from "@millrace/put-records";
import type { Logger, Telemetry } from "@millrace/telemetry";
import { PRIVACY_KEYS_TIMEOUT_MS } from "../limits.ts";

/** Gives the keys of a batch. */
export interface PrivacyKeySource {
  /**
   * The keys in force: at once when there are any, else after at most `waitMs`; `undefined` when there are none by
   * then.
   */
  take(waitMs: number): Promise<readonly PrivacyKey[] | undefined>;
}

export interface PrivacyKeySourceOptions {
  /** Name or ARN of the secret. */
  readonly secretId: string;
  readonly read: ReadSecret;
  /** Keys older than this are read again, while batches go on with them. */
  readonly maxAgeMs: number;
  readonly clock: Clock;
  /** In [0,1); spreads reads. */
  readonly random: () => number;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
}

/**
 * Creates the source of the privacy keys in Secrets Manager, and begins to read them. Later versions replace them while
 * the function runs; one that cannot be read or used leaves the keys in force, is counted and logged, and never shown.
 */
export function createPrivacyKeySource(options: PrivacyKeySourceOptions): PrivacyKeySource {
  const { secretId, read, telemetry, logger, ...rest } = options;
  const secret = new RotatingSecret({
    ...rest,
    timeoutMs: PRIVACY_KEYS_TIMEOUT_MS,
    read: (signal) => read(secretId, signal),
    parse: (text) => parsePrivacyKeys(text, `the secret ${secretId}`),
    onRead: createReport(),
  });

  function createReport(): (read: SecretRead) => void {
    let isFirst = true;
    return (outcome) => {
      if ("error" in outcome) {
        telemetry.count("privacyKeyFailures");
        const consequence = isFirst ? "without any, batches are given back" : "those in force stay";
        logger.error(`Privacy keys were not taken: ${consequence}`, { name: secretId, error: outcome.error });
        return;
      }
      if (outcome.outcome === "changed" && !isFirst) {
        logger.info("Other privacy keys are in force", { name: secret.current?.[0]?.id });
      }
      isFirst = false;
    };
  }

  void secret.refresh();
  return secret;
}
