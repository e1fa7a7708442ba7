import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { compareCpu, type Comparison } from "@millrace/paired-bench";
import { unzipSync } from "fflate";
import type { CapturedRecord } from "./fake-aws.ts";
import { createRawRecords, LAP, type SampleRecord, toBatches } from "./sample.ts";

export const functionNames = ["enrichment", "router"] as const;
export type FunctionName = (typeof functionNames)[number];

/** PutRecords requests since the last question. */
export interface Sent {
  readonly requests: number;
  readonly records: number;
  readonly bytes: number;
}

/** Lanes that meet in one of eight shards of the raw stream where there are 128: a batch is of one shard. */
const LANES_OF_A_SHARD = 16;

/** The built function of a checkout. */
export const zipOf = (name: FunctionName, repository: string) => join(repository, "apps", name, "dist/function.zip");

/** This checkout. */
export const here = join(import.meta.dirname, "../../../..");

/** The module of {@link Bench.compare} that does the least. */
export const floor = join(import.meta.dirname, "floor.cjs");

/** A function's run over all batches. */
export interface Lap {
  /** Processor time. */
  readonly cpuMicros: number;
  /** Written to standard output, which is the function's log. */
  readonly logBytes: number;
}

/** How laps are run. */
export interface Laps {
  readonly warmUps: number;
  readonly rounds: number;
}

/** AWS, and the batches of a function with so many events each. */
export class Bench {
  readonly #folder: string;
  readonly #aws: ChildProcess;
  readonly #url: string;
  readonly #children: ChildProcess[] = [];
  #made = 0;

  private constructor(folder: string, aws: ChildProcess, url: string) {
    this.#folder = folder;
    this.#aws = aws;
    this.#url = url;
  }

  /** @param folder an empty one */
  static async open(folder: string): Promise<Bench> {
    const aws = fork(join(import.meta.dirname, "fake-aws.ts"), { execArgv: ["--conditions=@millrace/source"] });
    const [port] = (await once(aws, "message")) as [number];
    return new Bench(folder, aws, `http://127.0.0.1:${port}`);
  }

  close(): void {
    for (const child of [...this.#children, this.#aws]) child.disconnect();
  }

  /** Batches for both functions; the router's hold the records that enrichment wrote for its batches. */
  async createBatches(events: number, eventsPerBatch: number): Promise<Record<FunctionName, Batches>> {
    const enrichment = this.#store("raw", toBatches(createRawRecords(events), eventsPerBatch));
    const child = this.start("enrichment", this.unpack(zipOf("enrichment", here)), enrichment);
    await this.ask("/capture");
    await child.run(LAP);
    const records = (await this.ask("/captured")) as CapturedRecord[];
    child.end();
    const enriched = records.map(({ PartitionKey, Data }): SampleRecord => {
      const lines = gunzipSync(Buffer.from(Data, "base64")).toString();
      return { partitionKey: PartitionKey, lines, events: lines.split("\n").length - 1, isPacked: true };
    });
    return { enrichment, router: this.#store("enriched", toBatches(enriched, eventsPerBatch)) };
  }

  #store(stream: string, batches: readonly (readonly SampleRecord[])[]): Batches {
    const file = join(this.#folder, `batches-${++this.#made}.json`);
    writeFileSync(file, JSON.stringify({ batches, lap: LAP, stream }));
    const records = batches.flat();
    return {
      file,
      invocations: batches.length,
      records: records.length,
      events: records.reduce((sum, record) => sum + record.events, 0),
    };
  }

  /** Unpacks a built function; returns its module. */
  unpack(zip: string): string {
    const target = join(this.#folder, `function-${++this.#made}`);
    for (const [path, bytes] of Object.entries(unzipSync(readFileSync(zip)))) {
      mkdirSync(dirname(join(target, path)), { recursive: true });
      writeFileSync(join(target, path), bytes);
    }
    return join(target, "index.js");
  }

  /** A warm function with its batches. */
  start(name: FunctionName, index: string, { file }: Batches): RunningFunction {
    const child = fork(join(import.meta.dirname, "run-function.cjs"), [index, file], {
      env: { PATH: process.env["PATH"], ...this.#environmentOf(name) },
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#children.push(child);
    let laps = 0;
    const run = async (lap = String(++laps).padStart(LAP.length, "0"), profileTo?: string): Promise<Lap> => {
      child.send({ lap, profileTo });
      const ending = new AbortController();
      const exit = once(child, "exit", { signal: ending.signal }).then(() => {
        throw new Error(`The process of ${name} ended.`);
      });
      try {
        const [message] = (await Promise.race([once(child, "message"), exit])) as [Lap];
        return message;
      } finally {
        exit.catch(() => undefined);
        ending.abort();
      }
    };
    const end = () => {
      this.#children.splice(this.#children.indexOf(child), 1);
      child.disconnect();
    };
    return { run, end };
  }

  /** Lets modules take turns over the same batches, each in a process of its own. */
  async compare<N extends string>(
    name: FunctionName,
    modules: Readonly<Record<N, string>>,
    batches: Batches,
    { reference, ...laps }: Laps & { readonly reference: NoInfer<N> },
  ): Promise<Comparison<N>> {
    let cpuMicros = 0;
    const running = Object.entries<string>(modules).map(([title, index]) => {
      const { run, end } = this.start(name, index, batches);
      return { title, end, lap: async () => void (cpuMicros += (await run()).cpuMicros) };
    });
    const contestants = Object.fromEntries(running.map(({ title, lap }) => [title, lap])) as Record<N, () => unknown>;
    try {
      return await compareCpu<N>(contestants, { reference, ...laps, cpuMicros: () => cpuMicros });
    } finally {
      for (const { end } of running) end();
    }
  }

  /** Counts the PutRecords requests since the last question. */
  async sent(): Promise<Sent> {
    return (await this.ask("/count")) as Sent;
  }

  async ask(path: string): Promise<unknown> {
    return (await fetch(this.#url + path)).json();
  }

  #environmentOf(name: FunctionName): Record<string, string> {
    return {
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "bench",
      AWS_SECRET_ACCESS_KEY: "bench",
      AWS_SESSION_TOKEN: "bench",
      AWS_LAMBDA_FUNCTION_NAME: `millrace-bench-${name}`,
      AWS_ENDPOINT_URL: this.#url,
      STAGE: "bench",
      BAD_ROW_STREAM_NAME: "bad-rows",
      ENRICHED_STREAM_NAME: "enriched",
      ENRICHED_LANES: String(LANES_OF_A_SHARD),
      ENRICHED_COMPRESSION: "gzip",
      PRIVACY_KEYS_SECRET_ARN: "bench",
      ACCOUNT_ID: "000000000000",
      DESTINATION_PREFIX: "bench-",
      UNDELIVERED_URL: "s3://lake/undelivered",
    };
  }
}

/** Batches on disk. */
export interface Batches {
  readonly file: string;
  readonly invocations: number;
  readonly records: number;
  readonly events: number;
}

/** A function in a process of its own. */
export interface RunningFunction {
  /** Runs a lap over all batches. */
  readonly run: (lap?: string, profileTo?: string) => Promise<Lap>;
  readonly end: () => void;
}
