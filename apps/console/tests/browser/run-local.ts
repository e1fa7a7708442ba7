import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

const repositoryRoot = join(import.meta.dirname, "..", "..", "..", "..");
const stackPath = join(repositoryRoot, "infra", "dist", "stacks", "local", "cdk.tf.json");
const startDeadlineMs = 60_000;

type Stack = {
  resource: Record<string, Record<string, unknown>>;
  output: { stream_names?: { value: { destinations: string[] } } };
};

/** A pipeline that runs as `pnpm start` runs it, with its console. */
export interface LocalRun {
  readonly consoleUrl: string;
  readonly eventsUrl: string;
  readonly writeKey: string;
  readonly kinesisUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts the whole pipeline.
 * @param missingStream logical name of a destination whose stream the account lacks
 */
export async function startLocalRun(options: {
  readonly rate: number;
  readonly missingStream?: string;
}): Promise<LocalRun> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-console-"));
  const stack = JSON.parse(readFileSync(stackPath, "utf8")) as Stack;
  const { missingStream: missing } = options;
  if (missing !== undefined) {
    delete stack.resource["aws_kinesis_stream"]?.[`destination_${missing}`];
    const output = stack.output.stream_names?.value;
    if (output !== undefined)
      output.destinations = output.destinations.filter((name) => !name.includes(`_${missing}.`));
  }
  // The stack names its zips relative to its own folder, so the changed copy lies beside the original.
  const copyPath = join(dirname(stackPath), `${basename(folder)}.tf.json`);
  writeFileSync(copyPath, JSON.stringify(stack));
  const main = join(repositoryRoot, "apps", "local", "src", "main.ts");
  const args = ["--stack", copyPath, "--port", "0", "--state", join(folder, "state"), "--rate", String(options.rate)];
  const child = spawn(process.execPath, ["--conditions=@millrace/source", main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = await untilGreeting(child);
  const find = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? "";
  return {
    consoleUrl: find(/Console\s+(http:\S+)/),
    eventsUrl: find(/Events\s+(http:\S+)/),
    writeKey: find(/Write key\s+(\S+)/),
    kinesisUrl: find(/Kinesis\s+(http:\S+)/),
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      // The second signal ends it at once.
      child.kill("SIGTERM");
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
      rmSync(copyPath, { force: true });
    },
  };
}

async function untilGreeting(child: ChildProcess): Promise<string> {
  let output = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The pipeline did not start:\n${output}`)), startDeadlineMs);
    const read = (text: string): void => {
      output += text;
      if (!output.includes("Ctrl-C drains")) return;
      clearTimeout(timer);
      resolve(output);
    };
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", read);
    child.once("exit", () => reject(new Error(`The pipeline ended:\n${output}`)));
  });
}

/** Sends events as a page of the shop would. @returns when the event service has confirmed them */
export async function sendEvents(run: LocalRun, events: readonly object[]): Promise<void> {
  const response = await fetch(run.eventsUrl, {
    method: "POST",
    headers: { authorization: `Bearer ${run.writeKey}`, "content-type": "application/cloudevents-batch+json" },
    body: JSON.stringify(events.map((event) => ({ specversion: "1.0", ...event }))),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

/** Makes a stream in the account, as somebody who repairs it would. */
export async function createStream(run: LocalRun, name: string): Promise<void> {
  const response = await fetch(run.kinesisUrl, {
    method: "POST",
    headers: {
      "x-amz-target": "Kinesis_20131202.CreateStream",
      "content-type": "application/x-amz-json-1.1",
      authorization:
        "AWS4-HMAC-SHA256 Credential=local/20261129/eu-west-1/kinesis/aws4_request, SignedHeaders=host, Signature=0",
    },
    body: JSON.stringify({ StreamName: name, ShardCount: 1 }),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}
