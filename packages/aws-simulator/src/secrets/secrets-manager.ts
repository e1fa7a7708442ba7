import { type Clock, systemClock } from "../clock.ts";
import { checkText } from "../options.ts";
import { createRandom, type Random } from "../random.ts";
import { createUuid } from "../uuid.ts";
import { SecretsManagerError, type SecretsManagerErrorCode } from "./errors.ts";

/** Account and clock of a Secrets Manager. */
export interface SecretsManagerOptions {
  /** Default `us-east-1`. */
  readonly region?: string;
  /** Default `000000000000`. */
  readonly accountId?: string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Draws version ids and the ends of ARNs. Default a generator with a fixed seed. */
  readonly random?: Random;
}

/** Request of `GetSecretValue`. */
export interface GetSecretValueInput {
  /** Name or ARN. */
  readonly SecretId: string;
  readonly VersionId?: string | undefined;
  /** Default `AWSCURRENT`. */
  readonly VersionStage?: string | undefined;
}

/** Answer of `GetSecretValue`. */
export interface GetSecretValueOutput {
  readonly ARN: string;
  readonly Name: string;
  readonly VersionId: string;
  readonly SecretString: string;
  readonly VersionStages: readonly string[];
  /** Epoch seconds. */
  readonly CreatedDate: number;
}

/** Answer of `PutSecretValue`. */
export interface PutSecretValueOutput {
  readonly ARN: string;
  readonly Name: string;
  readonly VersionId: string;
  readonly VersionStages: readonly string[];
}

interface Version {
  readonly id: string;
  readonly text: string;
  readonly createdMs: number;
}

interface Secret {
  readonly arn: string;
  readonly name: string;
  current: Version;
  previous: Version | undefined;
}

/**
 * The ends of ARNs are six letters and digits:
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
 */
const suffixLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const SUFFIX_LENGTH = 6;

/** Most bytes of a secret's value. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const MAX_SECRET_BYTES = 65_536;

/**
 * Secrets Manager, as far as readers see it: secrets with a current and a previous version, and outages.
 *
 * @example
 * ```ts
 * const secrets = new SecretsManager();
 * const arn = secrets.createSecret({ name: "shop/keys", text: "1" });
 * secrets.putSecretValue(arn, "2"); // a rotation
 * secrets.getSecretValue({ SecretId: "shop/keys" }).SecretString; // "2"
 * ```
 */
export class SecretsManager {
  readonly #region: string;
  readonly #accountId: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #secrets = new Map<string, Secret>();
  #outage: SecretsManagerErrorCode | undefined;
  #reads = 0;

  constructor(options: SecretsManagerOptions = {}) {
    this.#region = options.region ?? "us-east-1";
    this.#accountId = options.accountId ?? "000000000000";
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? createRandom("secrets-manager");
  }

  /** Calls of `getSecretValue` so far, refused ones included. */
  get reads(): number {
    return this.#reads;
  }

  /**
   * @param arn for a secret whose ARN somebody knows already; made from the name unless given
   * @returns the secret's ARN
   */
  createSecret({ name, text, arn }: { readonly name: string; readonly text: string; readonly arn?: string }): string {
    checkText("name", name);
    if (this.#find(name) !== undefined) {
      const message = `The operation failed because the secret ${name} already exists.`;
      throw new SecretsManagerError("ResourceExistsException", message);
    }
    const suffix = Array.from(
      { length: SUFFIX_LENGTH },
      () => suffixLetters[Math.floor(this.#random() * suffixLetters.length)],
    );
    const secret: Secret = {
      arn: arn ?? `arn:aws:secretsmanager:${this.#region}:${this.#accountId}:secret:${name}-${suffix.join("")}`,
      name,
      current: this.#createVersion(text),
      previous: undefined,
    };
    this.#secrets.set(name, secret);
    return secret.arn;
  }

  /** Rotates a secret: its value becomes `text`, the one before stays as `AWSPREVIOUS`. */
  putSecretValue(secretId: string, text: string): PutSecretValueOutput {
    const secret = this.#require(secretId);
    const version = this.#createVersion(text);
    secret.previous = secret.current;
    secret.current = version;
    return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: ["AWSCURRENT"] };
  }

  /** @throws SecretsManagerError as AWS words it */
  getSecretValue({ SecretId, VersionId, VersionStage }: GetSecretValueInput): GetSecretValueOutput {
    this.#reads += 1;
    if (this.#outage !== undefined) throw new SecretsManagerError(this.#outage, "An outage that a test asked for.");
    const secret = this.#require(SecretId);
    const { arn, name, current, previous } = secret;
    const versions = [
      { version: current, stages: ["AWSCURRENT"] },
      { version: previous, stages: ["AWSPREVIOUS"] },
    ];
    const stage = VersionStage ?? (VersionId === undefined ? "AWSCURRENT" : undefined);
    for (const { version, stages } of versions) {
      if (version === undefined) continue;
      if (VersionId !== undefined && VersionId !== version.id) continue;
      if (stage !== undefined && !stages.includes(stage)) continue;
      return {
        ARN: arn,
        Name: name,
        VersionId: version.id,
        SecretString: version.text,
        VersionStages: stages,
        CreatedDate: version.createdMs / 1_000,
      };
    }
    const asked = stage === undefined ? `VersionId: ${VersionId ?? ""}` : `staging label: ${stage}`;
    const message = `Secrets Manager can't find the specified secret value for ${asked}`;
    throw new SecretsManagerError("ResourceNotFoundException", message);
  }

  /** Refuses every read with `code` from now on, until it is called with nothing. */
  failReads(code?: SecretsManagerErrorCode): void {
    this.#outage = code;
  }

  #createVersion(text: string): Version {
    if (text === "" || Buffer.byteLength(text) > MAX_SECRET_BYTES) {
      const message = `Member must have length between 1 and ${MAX_SECRET_BYTES}, got ${Buffer.byteLength(text)}`;
      throw new SecretsManagerError("ValidationException", message);
    }
    return { id: createUuid(this.#random), text, createdMs: this.#clock.now() };
  }

  #find(secretId: string): Secret | undefined {
    return this.#secrets.get(secretId) ?? [...this.#secrets.values()].find(({ arn }) => arn === secretId);
  }

  #require(secretId: string): Secret {
    const secret = this.#find(secretId);
    if (secret !== undefined) return secret;
    throw new SecretsManagerError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
  }
}
