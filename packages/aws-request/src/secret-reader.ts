import type { CredentialsProvider } from "./credentials.ts";
import { SecretReadError } from "./errors.ts";
import type { SecretVersion } from "./rotating-secret.ts";
import { createSignedRequest, type Environment, type SignedAnswer } from "./signed-request.ts";

/** Reads the current version of a secret, by name or ARN. @throws SecretReadError */
export type ReadSecret = (secretId: string, signal: AbortSignal) => Promise<SecretVersion>;

/**
 * Creates a reader of AWS Secrets Manager.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 *
 * @example
 * ```ts
 * const read = createSecretReader(process.env);
 * const { text } = await read("millrace/prod/write-keys", AbortSignal.timeout(2_000));
 * ```
 */
export function createSecretReader(environment: Environment, credentials?: CredentialsProvider): ReadSecret {
  const send = createSignedRequest(
    { name: "secretsmanager", endpointVariable: "SECRETS_MANAGER" },
    environment,
    credentials,
  );
  return async (secretId, signal) => {
    let answer: SignedAnswer;
    try {
      answer = await send({
        method: "POST",
        path: "/",
        headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.GetSecretValue" },
        body: JSON.stringify({ SecretId: secretId }),
        signal,
      });
    } catch (cause) {
      const reason = signal.aborted ? "Secrets Manager did not answer in time" : "Secrets Manager cannot be reached";
      throw new SecretReadError(secretId, reason, { cause });
    }
    return readAnswer(secretId, answer);
  };
}

function readAnswer(secretId: string, { status, body }: SignedAnswer): SecretVersion {
  const members = parseMembers(body.toString());
  if (status !== 200) {
    const { __type: type } = members;
    // The type alone: AWS's message may quote an ARN of a role, never what is in the secret, but nothing proves that.
    const name = typeof type === "string" && /^[\w.#]{1,128}$/.test(type) ? ` (${type.split("#").at(-1)})` : "";
    throw new SecretReadError(secretId, `Secrets Manager answered ${status}${name}`);
  }
  const { SecretString: text, VersionId: versionId } = members;
  if (typeof text !== "string" || typeof versionId !== "string") {
    throw new SecretReadError(secretId, "it holds no text; store the JSON as SecretString, not as SecretBinary");
  }
  return { text, versionId };
}

function parseMembers(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
