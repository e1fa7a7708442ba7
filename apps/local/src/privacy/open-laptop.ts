import { existsSync } from "node:fs";
import {
  FolderObjectStore,
  SecretsManager,
  startKinesisServer,
  startObjectStoreServer,
  startSecretsManagerServer,
} from "@millrace/aws-simulator";
import { DuckDbWarehouse } from "@millrace/aws-simulator/duckdb";
import {
  type OpenEnvironment,
  type OpenOptions,
  openStage,
  readPlace,
  type WarehouseClient,
} from "@millrace/privacy-tools";
import { readLocalTopology, readTerraformStack } from "@millrace/topology";
import { claimStateFolder } from "../control/state-folder.ts";
import { findRun, NotRunningError, type RunFile } from "../control/run-file.ts";
import { UsageError } from "../errors.ts";
import { localIdentity } from "../runtime/account.ts";
import { defaultStackPath, environmentsFile, type StateFolders } from "../runtime/folders.ts";
import { presentRoutes } from "./present-routes.ts";
import { openKeptStreams } from "../runtime/kept-streams.ts";

/** Opens the local pipeline of a folder: the one that runs, at its endpoints; else what the last run left. */
export async function openLaptop(folders: StateFolders, options: OpenOptions): Promise<OpenEnvironment> {
  const run = await findRun(folders).catch((error: unknown) => {
    if (error instanceof NotRunningError) return undefined;
    throw error;
  });
  return run === undefined ? openAtRest(folders, options) : openRunning(run, options);
}

function openRunning(run: RunFile, { stage, keysSecret }: OpenOptions): Promise<OpenEnvironment> {
  const warehouse: WarehouseClient = {
    async query(sql) {
      const response = await fetch(new URL("/warehouse", run.controlUrl), { method: "POST", body: sql });
      // DuckDB quotes the statement, which may name the person.
      if (!response.ok) throw new UsageError(`The warehouse answered ${response.status}. Run the command again.`);
      return (await response.json()) as Record<string, unknown>[];
    },
  };
  const { kinesisUrl: kinesis, s3Url: s3, secretsUrl: secrets, destinationEndpoints: destinations } = run;
  const endpoints = { kinesis, s3, secrets, destinations };
  const routes = presentRoutes();
  return openStage({ place: readPlace(environmentsFile, stage), keysSecret, endpoints, warehouse, routes });
}

/** Serves the data in the folder, without any consumer: nothing moves. The folder belongs to this process meanwhile. */
async function openAtRest(folders: StateFolders, { stage, keysSecret }: OpenOptions): Promise<OpenEnvironment> {
  if (!existsSync(folders.streams)) {
    throw new UsageError(`No pipeline has left anything in ${folders.root}. Name the --state folder of one that has.`);
  }
  const claim = await claimStateFolder(folders);
  const topology = readLocalTopology(readTerraformStack(defaultStackPath), localIdentity);
  const { kinesis, store } = openKeptStreams(topology, {
    folder: folders.streams,
    // A command that looks gives up nothing.
    maxBytes: Number.MAX_SAFE_INTEGER,
    onWarning: (message) => console.error(`! ${message}`),
  });
  const secrets = new SecretsManager(localIdentity);
  for (const secret of topology.secrets) secrets.createSecret(secret);
  const servers = await Promise.all([
    startKinesisServer(kinesis),
    startObjectStoreServer(new FolderObjectStore({ folder: folders.objects })),
    startSecretsManagerServer(secrets),
  ]);
  const [kinesisServer, s3Server, secretsServer] = servers;
  const warehouse = existsSync(folders.warehouse) ? await DuckDbWarehouse.open({ path: folders.warehouse }) : undefined;
  const opened = await openStage({
    place: readPlace(environmentsFile, stage),
    keysSecret,
    endpoints: { kinesis: kinesisServer.url, s3: s3Server.url, secrets: secretsServer.url },
    warehouse: warehouse && { query: (sql) => warehouse.query(sql) },
  });
  return {
    environment: opened.environment,
    close: async () => {
      await opened.close();
      await warehouse?.close();
      await Promise.all(servers.map((server) => server.close()));
      await store.close();
      claim.release();
    },
  };
}
