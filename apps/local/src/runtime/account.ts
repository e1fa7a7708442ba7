import type { LocalIdentity } from "../stack/reference-resolver.ts";

/** The account and region the laptop plays; visible in ARNs only. */
export const localIdentity: LocalIdentity = { accountId: "000000000000", region: "eu-west-1" };

/** What every workload of an account finds in its environment; the SDK needs no code to find the local endpoint. */
export function accountEnvironment(kinesisUrl: string): Readonly<Record<string, string>> {
  return {
    AWS_REGION: localIdentity.region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_KINESIS: kinesisUrl,
  };
}
