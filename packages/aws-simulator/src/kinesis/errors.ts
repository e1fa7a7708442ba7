/** Errors that Kinesis, or the network on the way to it, can answer with. */
export type KinesisErrorCode =
  | "AccessDeniedException"
  | "DryRunOperationException"
  | "ExpiredIteratorException"
  | "ExpiredNextTokenException"
  | "ExpiredTokenException"
  | "IncompleteSignatureException"
  | "InternalFailure"
  | "InvalidArgumentException"
  | "LimitExceededException"
  | "MissingAuthenticationTokenException"
  | "ProvisionedThroughputExceededException"
  | "ResourceInUseException"
  | "ResourceNotFoundException"
  | "SerializationException"
  | "ServiceUnavailable"
  | "UnknownOperationException"
  | "UnrecognizedClientException"
  | "ValidationException";

export interface ErrorMetadata {
  readonly httpStatusCode: number;
  readonly requestId: string;
  readonly attempts: number;
  readonly totalRetryDelay: number;
}

const statusCodes: Partial<Record<KinesisErrorCode, number>> = {
  InternalFailure: 500,
  ServiceUnavailable: 503,
};

/**
 * An error as the SDK throws it: `name` is the AWS error code, `$fault` and `$metadata` say the rest. The SDK's own
 * classes recognise it with `instanceof`, because those of modelled errors compare names.
 */
export class KinesisError extends Error {
  readonly code: KinesisErrorCode;
  readonly $fault: "client" | "server";
  readonly $service = "Kinesis";
  readonly $metadata: ErrorMetadata;
  readonly $retryable: { readonly throttling: boolean } | undefined;

  constructor(code: KinesisErrorCode, message: string, metadata: Partial<ErrorMetadata> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    const httpStatusCode = statusCodes[code] ?? 400;
    this.$fault = httpStatusCode >= 500 ? "server" : "client";
    this.$metadata = { httpStatusCode, requestId: "", attempts: 1, totalRetryDelay: 0, ...metadata };
    this.$retryable =
      code === "ProvisionedThroughputExceededException" || code === "LimitExceededException"
        ? { throttling: true }
        : undefined;
  }
}

export function invalidArgument(message: string): KinesisError {
  return new KinesisError("InvalidArgumentException", message);
}

export function validationError(message: string): KinesisError {
  return new KinesisError("ValidationException", message);
}

export function limitExceeded(message: string): KinesisError {
  return new KinesisError("LimitExceededException", message);
}

export function notFound(message: string): KinesisError {
  return new KinesisError("ResourceNotFoundException", message);
}

export function inUse(message: string): KinesisError {
  return new KinesisError("ResourceInUseException", message);
}

export function serializationError(message: string): KinesisError {
  return new KinesisError("SerializationException", message);
}

/** The text a producer or consumer reads when one shard has no capacity left; it names the shard. */
export function rateExceededMessage(shardId: string, streamName: string, accountId: string): string {
  return `Rate exceeded for shard ${shardId} in stream ${streamName} under account ${accountId}.`;
}
