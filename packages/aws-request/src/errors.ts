/** Secrets Manager did not give a secret. The message names the secret and what AWS answered, never a value. */
export class SecretReadError extends Error {
  override readonly name = "SecretReadError";
  readonly code = "SECRET_READ_FAILED";

  constructor(secretId: string, reason: string, options?: ErrorOptions) {
    super(`The secret ${secretId} was not read: ${reason}.`, options);
  }
}
