import { readFileSync } from "node:fs";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import { createSecretReader } from "@millrace/aws-request";
import { parsePrivacyKeys, type PrivacyKey } from "@millrace/privacy-keys";
import type { EnvironmentPlace } from "@millrace/routes";
import { UsageError } from "../errors.ts";
import { createObjectClient } from "../objects/object-client.ts";
import type { WarehouseClient } from "../place.ts";
import type { OpenEnvironment } from "./run-cli.ts";

const secretDeadlineMs = 10_000;

/** Services of an environment. Without endpoints those of AWS are used, with the operator's credentials. */
export interface StageServices {
  readonly place: EnvironmentPlace;
  /** Name of the secret with the privacy keys. */
  readonly keysSecret: string;
  /** Of a local pipeline. */
  readonly endpoints?: { readonly kinesis: string; readonly s3: string; readonly secrets: string } | undefined;
  readonly warehouse?: WarehouseClient | undefined;
}

/** @throws UsageError when the environments file does not have the stage */
export function readPlace(file: string, stage: string): EnvironmentPlace {
  const { environments } = JSON.parse(readFileSync(file, "utf8")) as { environments: readonly EnvironmentPlace[] };
  const place = environments.find(({ name }) => name === stage);
  if (place !== undefined) return place;
  throw new UsageError(`There is no stage "${stage}". There are ${environments.map(({ name }) => name).join(", ")}.`);
}

/** Opens an environment with the operator's own credentials, or a local pipeline at its endpoints. */
export async function openStage({ place, keysSecret, endpoints, warehouse }: StageServices): Promise<OpenEnvironment> {
  const local = { accessKeyId: "local", secretAccessKey: "local" };
  const { region } = place;
  const kinesis = new KinesisClient(
    endpoints === undefined ? { region } : { region, endpoint: endpoints.kinesis, credentials: local },
  );
  const s3 = new S3Client(
    endpoints === undefined ? { region } : { region, endpoint: endpoints.s3, credentials: local, forcePathStyle: true },
  );
  const secrets = endpoints === undefined ? {} : { AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secrets };
  const read = createSecretReader({ ...process.env, AWS_REGION: region, ...secrets }, kinesis.config.credentials);
  const { text } = await read(keysSecret, AbortSignal.timeout(secretDeadlineMs));
  const keys = withRetired(parsePrivacyKeys(text, `the secret ${keysSecret}`));
  return {
    environment: { place, kinesis, objects: await createObjectClient(s3), keys, warehouse, now: () => Date.now() },
    close: async () => {
      kinesis.destroy();
      s3.destroy();
    },
  };
}

/** Adds the keys of `PRIVACY_KEYS`: a retired key is in no secret any more. */
function withRetired(live: readonly PrivacyKey[]): readonly PrivacyKey[] {
  const { PRIVACY_KEYS: given } = process.env;
  if (given === undefined || given === "") return live;
  return [...live, ...parsePrivacyKeys(given).filter(({ id }) => live.every((key) => key.id !== id))];
}
