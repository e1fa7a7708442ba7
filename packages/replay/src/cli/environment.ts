import { createSecretReader } from "@millrace/aws-request";
import { startExecution } from "../job/start-execution.ts";
import { signedServices } from "@millrace/destinations";
import { openPayload, parsePrivacyKeys, type PrivacyKey } from "@millrace/privacy-keys";
import { createKinesisClient, systemClock as writerClock } from "@millrace/put-records";
import { placeNamed, readEnvironmentPlaces } from "@millrace/route-tools/places";
import { compileRoutes, loadRouteDocuments } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import {
  badRowStore,
  deadLetterStore,
  lakeStore,
  type OpenPayload,
  openS3,
  streamStore,
  undeliveredStore,
} from "@millrace/stored-events";
import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { systemClock } from "../clock.ts";
import type { Environment } from "../environment.ts";
import { readSuppression } from "../erased.ts";
import { ReplayUsageError } from "../errors.ts";
import { nameHolder } from "../ledger/holder.ts";
import { createLiveWatch } from "../run/live-watch.ts";
import { loadVerdicts } from "./verdicts.ts";

const repository = join(import.meta.dirname, "../../../..");

/** An environment whose connections are closed at the end. */
export interface OpenEnvironment extends Environment {
  close(): void;
}

interface RunningPipeline {
  readonly controlUrl: string;
  readonly kinesisUrl: string;
  readonly s3Url: string;
  readonly destinationEndpoints: Readonly<Record<string, string>>;
  readonly secretsUrl: string;
}

/**
 * Connects to an environment with the credentials of the ordinary chain, or to the pipeline that runs on this machine.
 * @throws ReplayUsageError when there is none
 */
export async function openEnvironment(stage: string, state: string | undefined): Promise<OpenEnvironment> {
  const place = placeNamed(stage, readEnvironmentPlaces());
  const run = stage === "local" ? findRun(resolve(state ?? join(repository, ".local"))) : undefined;
  const { region, pipelineStreams } = place;
  const [rawStream = "", enrichedStream = ""] = pipelineStreams;
  const local = { accessKeyId: "local", secretAccessKey: "local" };
  const own = run === undefined ? {} : { credentials: local };
  const kinesisConfig = run === undefined ? { region } : { region, ...own, endpoint: run.kinesisUrl };
  const kinesis = createKinesisClient(kinesisConfig);
  const s3 = await openS3(run === undefined ? { region } : { region, ...own, endpoint: run.s3Url });
  const environment =
    run === undefined
      ? process.env
      : {
          ...process.env,
          AWS_REGION: region,
          ...run.destinationEndpoints,
          AWS_ENDPOINT_URL_SECRETS_MANAGER: run.secretsUrl,
        };
  const { credentials } = kinesis.config;
  // The laptop has no Step Functions of its own.
  const hasJobs = run === undefined || process.env["AWS_ENDPOINT_URL_SFN"] !== undefined;
  const keysOf = (file: string | undefined): Promise<readonly PrivacyKey[]> =>
    readKeys(
      file,
      `millrace/${stage}/privacy-keys`,
      createSecretReader({ ...environment, AWS_REGION: region }, credentials),
    );
  const lake = () => lakeStore(s3, place.lakeBucket);
  const compiledRoutes = () => compileRoutes(loadRouteDocuments(join(repository, "schemas/routes")));
  return {
    place,
    rawStream,
    enrichedStream,
    kinesis,
    s3,
    connections: {
      kinesis: (where) => createKinesisClient({ ...kinesisConfig, region: where }),
      ...signedServices(environment, credentials),
      clock: writerClock,
      random: Math.random,
    },
    clock: systemClock,
    by: `${userInfo().username}@${hostname()}${run === undefined ? ` with key ${(await credentials()).accessKeyId}` : ""}`,
    holder: nameHolder(),
    routes: () => loadRoutes(compiledRoutes()),
    jobs: {
      routes: compiledRoutes,
      start: hasJobs ? startExecution(place, environment, credentials) : undefined,
    },
    watch: (stream, liveFromMs) => createLiveWatch({ kinesis, stream, liveFromMs, clock: systemClock }),
    verdicts: () => loadVerdicts(stage),
    lake,
    async store(name, keys) {
      switch (name) {
        case "raw":
          return streamStore({ kinesis, stream: rawStream, name: "raw" });
        case "lake":
          return lake();
        case "dead-letters":
          return deadLetterStore(s3, place.deadLetterBucket, rawStream);
        case "undelivered":
          return undeliveredStore(s3, place.lakeBucket);
        case "bad-rows":
          return badRowStore(s3, place.lakeBucket, openWith(await keysOf(keys)));
      }
    },
    erased: (keys) => readSuppression(s3, place.lakeBucket, () => keysOf(keys)),
    close() {
      kinesis.destroy();
      s3.close();
    },
  };
}

function findRun(folder: string): RunningPipeline {
  try {
    return JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunningPipeline;
  } catch (cause) {
    throw new ReplayUsageError(
      `No pipeline keeps its state in ${folder}. Start one in another terminal with "pnpm start", name its --state folder, or name a --stage.`,
      { cause },
    );
  }
}

async function readKeys(
  file: string | undefined,
  secretId: string,
  readSecret: ReturnType<typeof createSecretReader>,
): Promise<readonly PrivacyKey[]> {
  if (file !== undefined) return parsePrivacyKeys(readFileSync(file, "utf8"), file);
  const given = process.env["PRIVACY_KEYS"];
  if (given !== undefined) return parsePrivacyKeys(given);
  const { text } = await readSecret(secretId, AbortSignal.timeout(10_000));
  return parsePrivacyKeys(text, `the secret ${secretId}`);
}

/** A row under a retired key stays closed, and is counted as such. */
function openWith(keys: readonly PrivacyKey[]): OpenPayload {
  const known = new Set(keys.map(({ id }) => id));
  return (bytes, keyId) => (known.has(keyId) ? openPayload({ bytes, keyId }, keys) : undefined);
}
