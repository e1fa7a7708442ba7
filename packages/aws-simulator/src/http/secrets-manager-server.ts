import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRandom } from "../random.ts";
import { SecretsManagerError } from "../secrets/errors.ts";
import type { SecretsManager } from "../secrets/secrets-manager.ts";
import { createUuid } from "../uuid.ts";
import {
  abortConnection,
  answer,
  answerError,
  decodeText,
  findSignatureFault,
  operationOf,
  readBody,
} from "./aws-json.ts";
import { listen } from "./listening-server.ts";

/** Address of the server. */
export interface SecretsManagerServerOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Gets faults of the simulator itself, which callers see as InternalServiceError. Default `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/** A running server of the Secrets Manager protocol. */
export interface SecretsManagerServer {
  /** For `endpoint`, or for `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  readonly url: string;
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

const targetPrefix = "secretsmanager.";
const MAX_BODY_BYTES = 128 * 1024;

/**
 * Serves GetSecretValue, and PutSecretValue of a text, over the protocol of AWS, for the unmodified SDK. Signatures
 * must be there and are not verified.
 *
 * @example
 * ```ts
 * const server = await startSecretsManagerServer(secrets);
 * const client = new SecretsManagerClient({ endpoint: server.url, region: "us-east-1", credentials });
 * ```
 */
export async function startSecretsManagerServer(
  secrets: SecretsManager,
  options: SecretsManagerServerOptions = {},
): Promise<SecretsManagerServer> {
  const onError = options.onError ?? ((error) => console.error(error));
  const random = createRandom("secrets-manager-server");
  const server = createServer((request, response) => {
    handle(secrets, createUuid(random), request, response).catch((error: unknown) => {
      onError(error);
      abortConnection(request);
    });
  });
  return listen(server, options);
}

async function handle(
  secrets: SecretsManager,
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === undefined) {
    answer(response, 413, requestId, "");
    return;
  }
  try {
    const fault = findSignatureFault(request);
    if (fault !== undefined) throw new SecretsManagerError(fault.code, fault.message);
    const output = execute(
      secrets,
      request.method === "POST" ? operationOf(request, targetPrefix) : undefined,
      decodeText(body),
    );
    answer(response, 200, requestId, JSON.stringify(output));
  } catch (error) {
    if (!(error instanceof SecretsManagerError)) throw error;
    answerError(response, requestId, error);
  }
}

function execute(secrets: SecretsManager, operation: string | undefined, body: string): object {
  switch (operation) {
    case "GetSecretValue": {
      const input = parseInput(body);
      return secrets.getSecretValue({
        SecretId: requireText(input, "SecretId"),
        VersionId: optionalText(input, "VersionId"),
        VersionStage: optionalText(input, "VersionStage"),
      });
    }
    case "PutSecretValue": {
      const input = parseInput(body);
      return secrets.putSecretValue(requireText(input, "SecretId"), requireText(input, "SecretString"));
    }
    default:
      throw new SecretsManagerError(
        "UnknownOperationException",
        "The simulator models GetSecretValue and PutSecretValue only.",
      );
  }
}

type Members = Readonly<Record<string, unknown>>;

function parseInput(body: string): Members {
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    throw new SecretsManagerError("SerializationException", "The request body is not valid JSON.");
  }
  return typeof input === "object" && input !== null ? (input as Members) : {};
}

function requireText(input: Members, name: string): string {
  const text = optionalText(input, name);
  if (text !== undefined && text !== "") return text;
  const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  const message = `1 validation error detected: Value at '${member}' failed to satisfy constraint`;
  throw new SecretsManagerError("ValidationException", message);
}

function optionalText(input: Members, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" ? value : undefined;
}
