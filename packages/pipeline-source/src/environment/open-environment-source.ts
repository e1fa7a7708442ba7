import { accountAddress, createSqlApi, readOwnLogin } from "@millrace/snowflake-api";
import { placeNamed, readEnvironmentPlaces } from "@millrace/route-tools/places";
import { type EnvironmentPlace, loadRouteDocuments } from "@millrace/routes";
import { openS3 } from "@millrace/stored-events";
import { readTerraformStack, readTopology } from "@millrace/topology";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { EnvironmentSource, type RunProgram } from "./environment-source.ts";
import { EnvironmentWarehouse } from "./environment-warehouse.ts";
import { WAREHOUSE_SECONDS } from "./limits.ts";
import { systemClock } from "./stream-lines.ts";

const repository = join(import.meta.dirname, "../../../..");
const PROGRAM_DEADLINE_MS = 120_000;

export interface OpenEnvironmentOptions {
  readonly stage: string;
  /** Default: that of this checkout. */
  readonly routesFolder?: string | undefined;
  /** Default: as `pnpm synth` wrote them. */
  readonly stacksFolder?: string | undefined;
  /** Told before a search that takes long, why it does. */
  readonly onSlowSearch?: ((reason: string) => void) | undefined;
}

/**
 * Connects to an environment with the credentials of the ordinary chain. Its names are those of the stack that
 * `pnpm synth` wrote; `AWS_ENDPOINT_URL_KINESIS` and its sisters lead elsewhere than to AWS. The warehouse is asked
 * where `SNOWFLAKE_USER` and a credential of theirs are set.
 * @throws UsageError for a stage that is none; StackError when the stack was not synthesized
 */
export async function openEnvironmentSource({
  stage,
  routesFolder = join(repository, "schemas/routes"),
  stacksFolder = join(repository, "infra/dist/stacks"),
  onSlowSearch,
}: OpenEnvironmentOptions): Promise<EnvironmentSource> {
  const { region, accountId, streamPrefix, lakeBucket, warehouse } = placeNamed(stage, readEnvironmentPlaces());
  const stack = readTerraformStack(join(stacksFolder, stage, "cdk.tf.json"));
  const [{ CloudWatchClient }, { KinesisClient }, s3] = await Promise.all([
    import("@aws-sdk/client-cloudwatch"),
    import("@aws-sdk/client-kinesis"),
    openS3({ region }),
  ]);
  return new EnvironmentSource({
    ...{ stage, lakeBucket, s3, clock: systemClock, onSlowSearch },
    warehouse: warehouse === undefined ? undefined : openWarehouse(warehouse),
    topology: readTopology(stack, { region, accountId }),
    prefix: streamPrefix,
    kinesis: new KinesisClient({ region }),
    cloudWatch: new CloudWatchClient({ region }),
    routes: () => loadRouteDocuments(routesFolder),
    run: runProgram,
  });
}

/** Undefined where the asking user has set no login. */
function openWarehouse(place: NonNullable<EnvironmentPlace["warehouse"]>): EnvironmentWarehouse | undefined {
  const login = readOwnLogin(process.env);
  if (login === undefined) return undefined;
  const { database, schema, readerRole } = place;
  const run = createSqlApi({
    ...{ role: readerRole, ...accountAddress(place, process.env), ...login, database, schema },
    ...{ timeoutSeconds: WAREHOUSE_SECONDS, now: Date.now },
  });
  return new EnvironmentWarehouse(run);
}

const runProgram: RunProgram = (program, args, signal) =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--conditions=@millrace/source", join(repository, program), ...args],
      { timeout: PROGRAM_DEADLINE_MS, ...(signal === undefined ? {} : { signal }) },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ code, output: `${stdout}${stderr}` });
      },
    );
  });
