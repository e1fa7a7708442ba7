/** Errors that Secrets Manager, or the network on the way to it, can answer with. */
export type SecretsManagerErrorCode =
  | "AccessDeniedException"
  | "IncompleteSignatureException"
  | "InternalServiceError"
  | "MissingAuthenticationTokenException"
  | "ResourceExistsException"
  | "ResourceNotFoundException"
  | "SerializationException"
  | "ThrottlingException"
  | "UnknownOperationException"
  | "ValidationException";

/** An error as the SDK throws it: `name` is the AWS error code. */
export class SecretsManagerError extends Error {
  readonly code: SecretsManagerErrorCode;
  readonly $fault: "client" | "server";
  readonly $service = "Secrets Manager";
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(code: SecretsManagerErrorCode, message: string) {
    super(message);
    this.name = code;
    this.code = code;
    this.$fault = code === "InternalServiceError" ? "server" : "client";
    this.$metadata = { httpStatusCode: code === "InternalServiceError" ? 500 : 400 };
  }
}
