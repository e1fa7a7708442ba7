import type { Identity } from "@millrace/topology";

/** The account and region the laptop plays; visible in ARNs only. */
export const localIdentity: Identity = { accountId: "000000000000", region: "eu-west-1" };

/** Environment variables of every workload of an account. With them the SDK finds the local endpoints without code. */
export function accountEnvironment(urls: {
  readonly kinesis: string;
  readonly s3: string;
  readonly secrets: string;
  /** Of destinations that are no streams, each with its variable. */
  readonly destinationEndpoints: Readonly<Record<string, string>>;
}): Readonly<Record<string, string>> {
  return {
    AWS_REGION: localIdentity.region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_KINESIS: urls.kinesis,
    AWS_ENDPOINT_URL_S3: urls.s3,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: urls.secrets,
    ...urls.destinationEndpoints,
  };
}
