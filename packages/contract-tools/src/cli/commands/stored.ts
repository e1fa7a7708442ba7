import {
  lakeStore,
  openS3,
  readTextLines,
  type Store,
  StoredEvent,
  type StoredPart,
  streamStore,
} from "@millrace/stored-events";
import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadRegistry } from "../../registry/load-registry.ts";
import { StoredCount } from "../../stored/count-stored.ts";
import { describeStored } from "../../stored/describe-stored.ts";
import { loadCompiled } from "../../stored/load-compiled.ts";
import { repositoryRoot } from "../repository.ts";

export interface StoredOptions {
  /** File or folder of enriched events, as the lake has them. */
  events?: string | undefined;
  /** Of the running pipeline, `.local` by default. */
  state?: string | undefined;
  root?: string | undefined;
  json?: boolean | undefined;
}

const HOUR_MS = 3_600_000;
const KEPT_HOURS = 24;

/**
 * `pnpm schemas stored`: how many stored events that were unknown or invalid the contracts of this folder find valid.
 * Of the running pipeline it reads the raw stream, in clear, and asks the lake what was said of each event; of a folder
 * it reads masked events, of which some fail for their masks alone.
 */
export async function countStored(options: StoredOptions, print: (line: string) => void): Promise<number> {
  const root = options.root ?? join(repositoryRoot, "schemas");
  const count = new StoredCount(loadCompiled(loadRegistry(root)));
  try {
    if (options.events !== undefined) await addFiles(options.events, count);
    else await addPipeline(resolve(options.state ?? join(repositoryRoot, ".local")), count);
  } catch (error) {
    print((error as Error).message);
    return 2;
  }
  const types = count.result();
  if (options.json === true) print(JSON.stringify(types));
  else for (const line of describeStored(types, options)) print(line);
  return 0;
}

async function addFiles(path: string, count: StoredCount): Promise<void> {
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
        .map((entry) => join(entry.parentPath, entry.name))
    : [path];
  for (const file of files) {
    for await (const lines of readTextLines(createReadStream(file))) {
      for (const text of lines) {
        const place = { store: "lake", container: file, position: "0", atMs: 0 } as const;
        if (text !== "") count.add(new StoredEvent(place, { form: "enriched", text }));
      }
    }
  }
}

async function addPipeline(state: string, count: StoredCount): Promise<void> {
  const { kinesisUrl, s3Url } = findRun(state);
  const { KinesisClient } = await import("@aws-sdk/client-kinesis");
  const { local, region } = localPlace();
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const kinesis = new KinesisClient({ region, endpoint: kinesisUrl, credentials });
  const s3 = await openS3({ region, endpoint: s3Url, credentials });
  const range = { fromMs: Date.now() - KEPT_HOURS * HOUR_MS, toMs: Date.now() };
  try {
    const statuses = new Map<string, string>();
    await eachEvent(lakeStore(s3, local.lakeBucket), { ...range, toMs: range.toMs + HOUR_MS }, ({ facts }) => {
      // The best that was said of an event counts.
      const key = JSON.stringify([facts.source, facts.id]);
      if (statuses.get(key) !== "valid" && facts.status !== undefined) statuses.set(key, facts.status);
    });
    await eachEvent(streamStore({ kinesis, stream: local.pipelineStreams[0] ?? "", name: "raw" }), range, (event) => {
      const { source, id } = event.facts;
      count.add(event, statuses.get(JSON.stringify([source, id])));
    });
  } finally {
    kinesis.destroy();
    s3.close();
  }
}

async function eachEvent(
  store: Store,
  range: { readonly fromMs: number; readonly toMs: number },
  tell: (event: StoredEvent) => void,
): Promise<void> {
  const parts: StoredPart[] = [];
  for await (const part of store.parts(range)) parts.push(part);
  const read = async (part: StoredPart): Promise<void> => {
    for await (const batch of part.read()) for (const event of batch) tell(event);
  };
  if (store.isSideBySide) await Promise.all(parts.map(read));
  else for (const part of parts) await read(part);
}

function localPlace() {
  const file = join(repositoryRoot, "infra/environments.json");
  const { environments } = JSON.parse(readFileSync(file, "utf8")) as {
    environments: readonly {
      readonly name: string;
      readonly region: string;
      readonly lakeBucket: string;
      readonly pipelineStreams: readonly string[];
    }[];
  };
  const local = environments.find(({ name }) => name === "local");
  if (local === undefined) throw new Error(`${file} has no environment "local"; infra renders it.`);
  return { local, region: local.region };
}

function findRun(state: string): { readonly kinesisUrl: string; readonly s3Url: string } {
  try {
    return JSON.parse(readFileSync(join(state, "run.json"), "utf8")) as { kinesisUrl: string; s3Url: string };
  } catch (cause) {
    throw new Error(
      `No pipeline keeps its state in ${state}. Start one with "pnpm start", name its --state folder, or name a folder of objects by --events.`,
      { cause },
    );
  }
}
