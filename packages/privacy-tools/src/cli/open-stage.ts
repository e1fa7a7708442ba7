import { readFileSync } from "node:fs";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { createSecretReader } from "@millrace/aws-request";
import { openDestination, signedServices, targetOf } from "@millrace/destinations";
import { parsePrivacyKeys, type PrivacyKey } from "@millrace/privacy-keys";
import { createKinesisClient, systemClock } from "@millrace/put-records";
import type { EnvironmentPlace } from "@millrace/routes";
import type { RouteSet } from "@millrace/routes/runtime";
import { openS3 } from "@millrace/stored-events";
import type { Destinations } from "../erase/notices.ts";
import { UsageError } from "../errors.ts";
import { createObjectClient } from "../objects/object-client.ts";
import type { WarehouseClient } from "../place.ts";
import type { OpenEnvironment } from "./run-cli.ts";

const SECRET_DEADLINE_MS = 10_000;

interface Endpoints {
  readonly kinesis: string;
  readonly s3: string;
  readonly secrets: string;
  /** Absent where no queue and no bus is there. */
  /** Of destinations that are no streams, each with its variable. */
  readonly destinations?: Readonly<Record<string, string>>;
}

/** Services of an environment. Without endpoints those of AWS are used, with the operator's credentials. */
export interface StageServices {
  readonly place: EnvironmentPlace;
  /** Name of the secret with the privacy keys. */
  readonly keysSecret: string;
  /** Of a local pipeline. */
  readonly endpoints?: Endpoints | undefined;
  /** The present routes: their destinations are told to forget events. Absent: no destination is told. */
  readonly routes?: RouteSet | undefined;
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
export async function openStage({
  place,
  keysSecret,
  endpoints,
  warehouse,
  routes,
}: StageServices): Promise<OpenEnvironment> {
  const local = { accessKeyId: "local", secretAccessKey: "local" };
  const { region } = place;
  const kinesis = new KinesisClient(
    endpoints === undefined ? { region } : { region, endpoint: endpoints.kinesis, credentials: local },
  );
  const s3 = await openS3(
    endpoints === undefined ? { region } : { region, endpoint: endpoints.s3, credentials: local },
  );
  const variables = { ...process.env, AWS_REGION: region, ...(endpoints && variablesOf(endpoints)) };
  const read = createSecretReader(variables, kinesis.config.credentials);
  const { text } = await read(keysSecret, AbortSignal.timeout(SECRET_DEADLINE_MS));
  const keys = withRetired(parsePrivacyKeys(text, `the secret ${keysSecret}`));
  return {
    environment: {
      ...{ place, kinesis, keys, warehouse },
      objects: createObjectClient(s3),
      destinations: routes && openDestinations(routes, place, kinesis, variables),
      now: () => Date.now(),
    },
    close: async () => {
      kinesis.destroy();
      s3.close();
    },
  };
}

function variablesOf({ secrets, destinations }: Endpoints): NodeJS.ProcessEnv {
  return { AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets, ...destinations };
}

/** The destinations of the routes, reached as the router reaches them. */
function openDestinations(
  routes: RouteSet,
  { name: stage, region, accountId, streamPrefix: prefix }: EnvironmentPlace,
  kinesis: KinesisClient,
  variables: NodeJS.ProcessEnv,
): Destinations {
  const connections = {
    kinesis: (where: string) =>
      where === region ? kinesis : createKinesisClient({ region: where, credentials: kinesis.config.credentials }),
    ...signedServices(variables, kinesis.config.credentials),
    clock: systemClock,
    random: Math.random,
  };
  return {
    routes,
    open: (destination) => openDestination(targetOf(destination, { stage, region, accountId, prefix }), connections),
  };
}

/** Adds the keys of `PRIVACY_KEYS`: no secret holds a retired key. */
function withRetired(live: readonly PrivacyKey[]): readonly PrivacyKey[] {
  const { PRIVACY_KEYS: given } = process.env;
  if (given === undefined || given === "") return live;
  return [...live, ...parsePrivacyKeys(given).filter(({ id }) => live.every((key) => key.id !== id))];
}
