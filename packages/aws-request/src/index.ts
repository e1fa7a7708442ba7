export { type Credentials, type CredentialsProvider, environmentCredentials } from "./credentials.ts";
export { SecretReadError } from "./errors.ts";
export {
  RotatingSecret,
  type RotatingSecretOptions,
  type SecretRead,
  type SecretVersion,
} from "./rotating-secret.ts";
export { createSecretReader, type ReadSecret } from "./secret-reader.ts";
export {
  createSignedRequest,
  type Environment,
  type SendSigned,
  type SignedAnswer,
  type SignedRequest,
} from "./signed-request.ts";
