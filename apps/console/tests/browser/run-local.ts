import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

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
  readonly controlUrl: string;
  /** Where it says how to reach it. */
  readonly runFile: string;
  /** The route documents that the router has. */
  readonly routesFolder: string;
  /** Runs a program of the repository against it, as its command does. @returns what it printed */
  program(path: string, args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the whole pipeline.
 * @param missingStream logical name of a destination whose stream the account lacks
 * @param sampledRoute of recommendations; it takes next to nothing
 */
export async function startLocalRun(options: {
  readonly rate: number;
  readonly missingStream?: string;
  readonly sampledRoute?: string;
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
  const stateFolder = join(folder, "state");
  const sampled = options.sampledRoute === undefined ? undefined : await publishSampled(folder, options.sampledRoute);
  if (sampled !== undefined) readPublished(stack, sampled.published);
  // The stack names its zips relative to its own folder, so the changed copy lies beside the original.
  const copyPath = join(dirname(stackPath), `${basename(folder)}.tf.json`);
  writeFileSync(copyPath, JSON.stringify(stack));
  const main = join(repositoryRoot, "apps", "local", "src", "main.ts");
  const args = ["--stack", copyPath, "--port", "0", "--state", stateFolder, "--rate", String(options.rate)];
  const child = spawn(process.execPath, ["--conditions=@millrace/source", main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = await untilGreeting(child);
  const find = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? "";
  const runFile = join(stateFolder, "run.json");
  const place = JSON.parse(readFileSync(runFile, "utf8")) as Record<string, string>;
  return {
    runFile,
    controlUrl: place["controlUrl"] ?? "",
    routesFolder: sampled?.routesFolder ?? routesFolder,
    program: (path, args) =>
      runProgram(path, [...args, "--state", stateFolder], {
        ...{ AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
        AWS_ENDPOINT_URL_KINESIS: place["kinesisUrl"],
        AWS_ENDPOINT_URL_S3: place["s3Url"],
        AWS_ENDPOINT_URL_SECRETS_MANAGER: place["secretsUrl"],
      }),
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

const routesFolder = join(repositoryRoot, "schemas", "routes");

async function runProgram(path: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const argv = ["--conditions=@millrace/source", join(repositoryRoot, path), ...args];
  return (await promisify(execFile)(process.execPath, argv, { env: { ...process.env, ...env } })).stdout;
}

/** Route documents of which one route takes a sample of next to nothing, and the file that the router reads. */
async function publishSampled(folder: string, route: string): Promise<{ routesFolder: string; published: string }> {
  const [copy, published] = [join(folder, "routes"), join(folder, "published.json")];
  cpSync(routesFolder, copy, { recursive: true });
  const file = join(copy, "recommendations.json");
  const document = JSON.parse(readFileSync(file, "utf8")) as { routes: { name: string; sample?: number }[] };
  for (const each of document.routes) if (each.name === route) each.sample = 0.000001;
  writeFileSync(file, JSON.stringify(document));
  await runProgram("packages/route-tools/src/cli/main.ts", ["publish", "--to", published, "--routes", copy]);
  return { routesFolder: copy, published };
}

/** Has the router read its routes from an object, as an environment with `routeReload` does. */
function readPublished(stack: Stack, source: string): void {
  const bucket = "${aws_s3_bucket.lake.bucket}";
  stack.resource["aws_s3_object"] = { published_routes: { bucket, key: "routes.json", source } };
  const router = stack.resource["aws_lambda_function"]?.["router"] as {
    readonly environment: { readonly variables: Record<string, string> };
  };
  router.environment.variables["ROUTES_URL"] =
    "s3://${aws_s3_object.published_routes.bucket}/${aws_s3_object.published_routes.key}";
  router.environment.variables["ROUTES_CHECK_SECONDS"] = "1";
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

/** Sends events as a page of the shop would. @returns when the event service has confirmed or refused them */
export async function sendEvents(run: LocalRun, events: readonly object[]): Promise<void> {
  const response = await fetch(run.eventsUrl, {
    method: "POST",
    headers: {
      authorization: `Bearer ${run.writeKey}`,
      "content-type": "application/cloudevents-batch+json",
      // A client that says no more than its name is taken for a bot, and goes to fraud.
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    },
    body: JSON.stringify(events.map((event) => ({ specversion: "1.0", ...event }))),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

/** Makes a stream in the account, as somebody who repairs it would. */
export const createStream = (run: LocalRun, name: string): Promise<void> =>
  callKinesis(run, "CreateStream", { StreamName: name, ShardCount: 1 });

/** Puts a record on the raw stream, as another producer than ingest would. */
export const putRawRecord = (run: LocalRun, text: string): Promise<void> =>
  callKinesis(run, "PutRecord", {
    ...{ StreamName: "millrace-local-raw", PartitionKey: "a", Data: Buffer.from(text).toString("base64") },
  });

async function callKinesis(run: LocalRun, operation: string, input: object): Promise<void> {
  const response = await fetch(run.kinesisUrl, {
    method: "POST",
    headers: {
      "x-amz-target": `Kinesis_20131202.${operation}`,
      "content-type": "application/x-amz-json-1.1",
      authorization:
        "AWS4-HMAC-SHA256 Credential=local/20261129/eu-west-1/kinesis/aws4_request, SignedHeaders=host, Signature=0",
    },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}
