import type { Environment } from "./signed-request.ts";

/** Credentials that sign a request. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Asked before every request, so that credentials that expire are renewed by who owns them. */
export type CredentialsProvider = () => Promise<Credentials>;

/**
 * The credentials that Lambda puts into the environment of a function. A process never outlives them.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function environmentCredentials(environment: Environment): CredentialsProvider {
  const credentials = {
    accessKeyId: environment["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "",
    sessionToken: environment["AWS_SESSION_TOKEN"],
  };
  return () => Promise.resolve(credentials);
}
