import { readFileSync, rmSync } from "node:fs";
import { LocalError } from "../errors.ts";
import { defaultStateFolder, type StateFolders } from "../runtime/folders.ts";
import { replaceJson } from "../runtime/replace-json.ts";

/** How to reach the running pipeline. */
export interface RunFile {
  /**
   * Names this run and no other; its control endpoint answers with it. A process id can be another process's by now.
   */
  readonly id: string;
  readonly pid: number;
  readonly controlUrl: string;
  /** The page of the run, with its token. */
  readonly consoleUrl: string;
  readonly ingestUrl: string;
  /** Endpoint of Kinesis, for any AWS SDK. */
  readonly kinesisUrl: string;
  /** Endpoint of S3. */
  readonly s3Url: string;
  /** Endpoints of destinations that are no streams, each with the variable by which any AWS SDK finds it. */
  readonly destinationEndpoints: Readonly<Record<string, string>>;
  /** Endpoint of Secrets Manager. */
  readonly secretsUrl: string;
}

/** No pipeline runs in the folder. */
export class NotRunningError extends LocalError {
  constructor(folder: string, options?: ErrorOptions) {
    super(
      "not-running",
      `No pipeline keeps its state in ${folder}. Start one in another terminal with "pnpm start", or name the --state folder of the one that runs.`,
      options,
    );
  }
}

/** How long a running pipeline may take to say who it is: it can be busy. */
const ANSWER_DEADLINE_MS = 5_000;

export function writeRunFile(path: string, run: RunFile): void {
  replaceJson(path, run);
}

export function removeRunFile(path: string): void {
  rmSync(path, { force: true });
}

/** Options that a command needs to reach the run of this folder: none for the default one. */
export function stateOption(root: string): string {
  return root === defaultStateFolder ? "" : ` --state ${/^[\w./-]+$/.test(root) ? root : JSON.stringify(root)}`;
}

/** @throws NotRunningError when no pipeline answers under the name that the folder's run file has. */
export async function findRun({ root, runFile }: StateFolders): Promise<RunFile> {
  try {
    const run = JSON.parse(readFileSync(runFile, "utf8")) as RunFile;
    const answer = await fetch(new URL("/run", run.controlUrl), { signal: AbortSignal.timeout(ANSWER_DEADLINE_MS) });
    if (answer.ok && (await answer.text()) === run.id) return run;
  } catch (cause) {
    throw new NotRunningError(root, { cause });
  }
  throw new NotRunningError(root);
}
