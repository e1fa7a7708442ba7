import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { LocalError } from "../errors.ts";

/** How to reach the running pipeline. */
export interface RunFile {
  readonly pid: number;
  readonly controlUrl: string;
  readonly ingestUrl: string;
  /** Endpoint of Kinesis, for any AWS SDK. */
  readonly kinesisUrl: string;
  /** Endpoint of S3. */
  readonly s3Url: string;
}

/** No pipeline runs on this machine. */
export class NotRunningError extends LocalError {
  constructor(options?: ErrorOptions) {
    super("not-running", 'No pipeline is running here. Start one in another terminal: "pnpm start".', options);
  }
}

export function writeRunFile(path: string, run: RunFile): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(run));
  renameSync(`${path}.new`, path);
}

export function removeRunFile(path: string): void {
  rmSync(path, { force: true });
}

/** Another pipeline already keeps its state where this one would make it anew. */
export class AlreadyRunningError extends LocalError {
  constructor({ pid, ingestUrl }: RunFile) {
    super(
      "already-running",
      `A pipeline runs here already (process ${pid}, ${ingestUrl}). End it first, or give this one another --state folder and --port.`,
    );
  }
}

/** @throws AlreadyRunningError */
export function refuseSecondRun(path: string): void {
  let run: RunFile;
  try {
    run = readRunFile(path);
  } catch {
    return;
  }
  throw new AlreadyRunningError(run);
}

/** @throws NotRunningError when there is none, or when its process is gone. */
export function readRunFile(path: string): RunFile {
  try {
    const run = JSON.parse(readFileSync(path, "utf8")) as RunFile;
    process.kill(run.pid, 0);
    return run;
  } catch (cause) {
    throw new NotRunningError({ cause });
  }
}
