import type { Identity } from "@millrace/topology";

/** The account and region the laptop plays; visible in ARNs only. */
export const localIdentity: Identity = { accountId: "000000000000", region: "eu-west-1" };

/** Environment variables of every workload of an account. With them the SDK finds the local endpoints without code. */
export function accountEnvironment(urls: {
  readonly kinesis: string;
  readonly s3: string;
  readonly secrets: string;
  readonly sqs: string;
  readonly eventBridge: string;
}): Readonly<Record<string, string>> {
  return {
    AWS_REGION: localIdentity.region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_KINESIS: urls.kinesis,
    AWS_ENDPOINT_URL_S3: urls.s3,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: urls.secrets,
    AWS_ENDPOINT_URL_SQS: urls.sqs,
    AWS_ENDPOINT_URL_EVENTBRIDGE: urls.eventBridge,
  };
}
