import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type ReadSecret, RotatingSecret, type SecretRead, type SecretVersion } from "@millrace/aws-request";
import type { Clock } from "@millrace/put-records";
import { ConfigError } from "./config.ts";
import { WRITE_KEYS_START_TIMEOUT_MS, WRITE_KEYS_TIMEOUT_MS } from "./limits.ts";
import { parseWriteKeys } from "./write-key-document.ts";
import type { WriteKeyConfig } from "./write-keys.ts";

/** The keys in force; others after a rotation. */
export interface WriteKeySource {
  current(): readonly WriteKeyConfig[];
}

/** A source that reads its keys again until it is stopped. */
export interface RunningWriteKeySource extends WriteKeySource {
  stop(): void;
}

/** Where the keys are: one of the two. */
export interface WriteKeyPlace {
  readonly WRITE_KEYS_FILE?: string | undefined;
  /** Name or ARN of a Secrets Manager secret. */
  readonly WRITE_KEYS_SECRET_ARN?: string | undefined;
}

export interface WriteKeySourceOptions {
  readonly place: WriteKeyPlace;
  readonly readSecret: ReadSecret;
  /** Keys older than this are read again. */
  readonly maxAgeMs: number;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Gets the outcome of every read, and how many keys are in force after it. */
  readonly onRead: (read: SecretRead, keys: number) => void;
}

/**
 * Reads the keys, and reads them again while the service runs. To add, rotate or revoke a key, change the file or the
 * secret and nothing else. A later version that cannot be read or used leaves the keys in force, and `onRead` is told.
 *
 * @throws ConfigError when the first version cannot be used, or cannot be read for 20 s
 */
export async function openWriteKeys(options: WriteKeySourceOptions): Promise<RunningWriteKeySource> {
  const { place, clock, onRead, readSecret, ...rest } = options;
  const { where, read } = locate(place, readSecret);
  let last: SecretRead | undefined;
  const secret = new RotatingSecret({
    ...rest,
    clock,
    timeoutMs: WRITE_KEYS_TIMEOUT_MS,
    read,
    parse: (text) => parseWriteKeys(text, where),
    onRead: (outcome) => {
      last = outcome;
      onRead(outcome, secret.current?.length ?? 0);
    },
  });
  const deadline = clock.now() + WRITE_KEYS_START_TIMEOUT_MS;
  while (secret.current === undefined) {
    await secret.refresh();
    if (last !== undefined && "error" in last) {
      // Unusable keys do not become usable by waiting, and a file is there or it is not.
      const isFinal = last.outcome === "refused" || place.WRITE_KEYS_FILE !== undefined || clock.now() >= deadline;
      if (isFinal) throw asConfigError(last.error);
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, RETRY_AT_START_MS));
    }
  }
  const stop = secret.watch();
  return { current: () => secret.current ?? [], stop };
}

const RETRY_AT_START_MS = 1_000;

function locate(
  { WRITE_KEYS_FILE: file, WRITE_KEYS_SECRET_ARN: secretId = "" }: WriteKeyPlace,
  readSecret: ReadSecret,
): { where: string; read: (signal: AbortSignal) => Promise<SecretVersion> } {
  if (file !== undefined) return { where: "WRITE_KEYS_FILE", read: (signal) => readKeyFile(file, signal) };
  return { where: `The secret ${secretId}`, read: (signal) => readSecret(secretId, signal) };
}

async function readKeyFile(file: string, signal: AbortSignal): Promise<SecretVersion> {
  try {
    const text = await readFile(file, { encoding: "utf8", signal });
    return { text, versionId: hash("sha256", text) };
  } catch (error) {
    throw new ConfigError([`WRITE_KEYS_FILE: cannot be read (${(error as { code?: string }).code ?? "no answer"}).`]);
  }
}

function asConfigError(error: unknown): ConfigError {
  if (error instanceof ConfigError) return error;
  return new ConfigError([`WRITE_KEYS_SECRET_ARN: ${error instanceof Error ? error.message : String(error)}`]);
}
