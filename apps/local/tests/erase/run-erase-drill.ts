import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KinesisClient, ListStreamsCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type EventCopy, isErasureNotice } from "@millrace/event-contracts";
import { findPerson, personOf } from "@millrace/privacy-tools";
import { streamStore } from "@millrace/stored-events";
import { findRun, type RunFile } from "../../src/control/run-file.ts";
import { openLaptop } from "../../src/privacy/open-laptop.ts";
import { repositoryRoot, stateFolders } from "../../src/runtime/folders.ts";
import { controlUrl, type PipelineRun, queryWarehouse, runPipeline, waitFor } from "../integration/run-pipeline.ts";

/** Copies of one person by store. */
export type Copies = Readonly<Record<string, number>>;

export interface EraseDrillResult {
  /** By person, before anything was erased. */
  readonly before: Readonly<Record<string, Copies>>;
  /** By person, after the erasure of the first. */
  readonly after: Readonly<Record<string, Copies>>;
  /** Of the first, from the folder that the pipeline left when it had ended. */
  readonly atRest: Copies;
  /** Times that the erasure was killed. */
  readonly kills: number;
  /** The audit record. */
  readonly audit: string;
  readonly objects: number;
  readonly copies: number;
  readonly rows: number;
  /** Copies that a replay of the raw stream brought back, and that the sweep took. */
  readonly swept: number;
  /** Events that destinations were told to forget. */
  readonly notices: number;
  readonly problems: readonly string[];
}

const people = ["ada", "ben", "cleo"] as const;
const emailOf = (name: string): string => `${name}.canary@mail.example`;
const [erased, ...others] = people;
/** Everything an erasure can take out; streams age out. */
const erasable = ["lake", "undelivered", "bad rows", "dead letters", "warehouse"];
const stores = [...erasable, "raw stream", "enriched stream", "bad-row stream"];
const killSteps = [0, 1, 2];
const main = join(repositoryRoot, "apps/local/src/privacy.ts");
const dying = join(import.meta.dirname, "erase-until-killed.ts");

const readExample = (path: string): object =>
  JSON.parse(readFileSync(join(repositoryRoot, "schemas/examples", path), "utf8")) as object;

/** The events of a person: valid, invalid, of a type without a contract, and with their address as the subject. */
function eventsOf(name: string): readonly object[] {
  const email = emailOf(name);
  const customer = { name: "Canary", email };
  const purchase = { ...readExample("commerce/purchase/1-0-0/valid/typical.json"), customer };
  const noItems = { ...readExample("commerce/purchase/1-0-0/invalid/no-items.json"), customer };
  const common = { specversion: "1.0", source: "https://shop.example/web", subject: `visitor-${name}` };
  return [
    { ...common, id: `${name}-valid`, type: "commerce.purchase", data: purchase },
    { ...common, id: `${name}-invalid`, type: "commerce.purchase", data: noItems },
    { ...common, id: `${name}-unknown`, type: "shop.unheard-of", data: { customer: { email } } },
    { ...common, id: `${name}-subject`, type: "shop.unheard-of", subject: email, data: {} },
  ];
}

/**
 * Starts a pipeline, puts three people into every store, erases one of them, with kills in the middle, and looks at
 * what is left of each.
 */
export async function runEraseDrill(): Promise<EraseDrillResult> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-erase-"));
  // A destination that is not there makes undelivered events.
  const run = runPipeline(["--rate", "0", "--state", folder], (stack) => {
    delete stack.resource["aws_kinesis_stream"]?.["destination_fraud"];
    const output = stack.output["stream_names"]?.value;
    if (output !== undefined) output.destinations = output.destinations.filter((name) => !name.includes("_fraud."));
  });
  try {
    return await drill(run, folder);
  } finally {
    run.child.kill("SIGKILL");
    await run.ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function drill(run: PipelineRun, folder: string): Promise<EraseDrillResult> {
  const problems: string[] = [];
  const check = (isRight: boolean, problem: string): void => {
    if (!isRight) problems.push(problem);
  };
  const control = await controlUrl(run);
  const clients = connect(await findRun(stateFolders(folder)));
  const rowsOf = async (table: string): Promise<number> =>
    Number((await queryWarehouse(control, `SELECT count(*) AS n FROM ${table}`))[0]?.["n"]);

  await fill(run, clients);
  const eventsEach = eventsOf("").length;
  const all = await waitFor(run, "everybody in every store", async () => {
    const isLoaded =
      (await rowsOf("events")) === people.length * eventsEach && (await rowsOf("bad_rows")) === people.length;
    const found = isLoaded ? await lookFor(folder, people) : {};
    const isThere = people.every((name) => stores.every((store) => (found[name]?.[store] ?? 0) > 0));
    return isThere ? found : undefined;
  });

  for (const step of killSteps) {
    const child = spawn(process.execPath, [
      "--conditions=@millrace/source",
      dying,
      String(step),
      folder,
      emailOf(erased),
    ]);
    const [, signal] = (await once(child, "exit")) as [number | null, string | null];
    check(signal === "SIGKILL", `The erasure was to be killed at step ${step} and ended by itself.`);
  }
  const args = ["erase", "--email", "-", "--reason", "drill", "--by", "drill", "--yes"];
  const erasure = await privacy(args, folder, erased);
  // The missing destination takes no notice. The erasure reports it, and is incomplete for that reason alone.
  const isOpen = (output: string): boolean => output.includes("fraud did not take the notice of");
  check(erasure.code === 1 && isOpen(erasure.output), `The erasure ended with ${erasure.code}: ${erasure.output}`);
  check(!erasure.output.includes(emailOf(erased)), "The command printed the value.");
  const after = await lookFor(folder, people);
  for (const store of erasable) check(after[erased]?.[store] === 0, `${erased} is still in: ${store}.`);
  for (const name of others) {
    check(JSON.stringify(after[name]) === JSON.stringify(all[name]), `${name} is not whole any more.`);
  }
  const left = others.length * eventsEach;
  check((await rowsOf("events")) === left, `The view has ${await rowsOf("events")} events, not ${left}.`);

  const { notices, forgotten, strangers } = await readNotices(clients);
  check(notices > 0, "No destination was told to forget anything.");
  check(forgotten, `A destination that got events of ${erased} was not told to forget each of them.`);
  check(strangers === 0, `Destinations were told to forget ${strangers} events of other people.`);

  // Somebody puts the raw events on the stream again, past every rule: they come back, and the sweep takes them.
  const replayedat = new Date().toISOString();
  await putRaw(
    clients,
    eventsOf(erased).map((event) => ({ ...event, ...received, replayedat })),
  );
  await waitFor(run, "the replayed events", async () =>
    (await rowsOf("events")) === left + eventsEach ? true : undefined,
  );
  const back = sumOf((await lookFor(folder, [erased]))[erased]);
  const sweep = await privacy(["sweep", "--yes"], folder);
  check(sweep.code === 1 && isOpen(sweep.output), `The sweep ended with ${sweep.code}: ${sweep.output}`);
  check((await rowsOf("events")) === left, "The sweep left replayed events, or took others.");

  const audit = readAudit(folder);
  check(!audit.toLowerCase().includes("canary"), "The audit record holds the value.");
  const document = JSON.parse(audit) as { objects: { copies: number }[]; rows: Record<string, number> };
  clients.s3.destroy();
  clients.kinesis.destroy();
  run.child.kill("SIGINT");
  await waitUntilExit(run);
  const atRest = (await lookFor(folder, [erased]))[erased] ?? {};
  check(sumOf(atRest) === 0, `${erased} is in the folder that the pipeline left.`);
  return {
    before: all,
    after,
    atRest,
    kills: killSteps.length,
    audit,
    objects: document.objects.length,
    copies: document.objects.reduce((sum, { copies }) => sum + copies, 0),
    rows: Object.values(document.rows).reduce((sum, rows) => sum + rows, 0),
    swept: back,
    notices,
    problems,
  };
}

/** Copies of people by store, in the pipeline of a folder, running or at rest. */
async function lookFor(folder: string, names: readonly string[]): Promise<Record<string, Copies>> {
  const options = { stage: "local", state: folder, keysSecret: "millrace/local/privacy-keys" };
  const opened = await openLaptop(stateFolders(folder), options);
  try {
    const found: Record<string, Copies> = {};
    for (const name of names) {
      const person = personOf([{ class: "email", value: emailOf(name) }], opened.environment.keys);
      const { places } = await findPerson(opened.environment, person, { subjects: [] });
      const copies: Record<string, number> = {};
      for (const place of places) copies[place.store] = (copies[place.store] ?? 0) + place.copies;
      found[name] = copies;
    }
    return found;
  } finally {
    await opened.close();
  }
}

const received = { tenantid: "local", time: "2026-11-20T10:00:00.000Z", receivedat: "2026-11-20T10:00:00.000Z" };

/** Holds the notices in destination streams against the events there. */
async function readNotices({
  kinesis,
}: Clients): Promise<{ readonly notices: number; readonly forgotten: boolean; readonly strangers: number }> {
  const own = ["raw", "enriched", "bad-rows"].map((name) => `millrace-local-${name}`);
  const { StreamNames = [] } = await kinesis.send(new ListStreamsCommand({}));
  let [notices, strangers, forgotten] = [0, 0, true];
  for (const stream of StreamNames.filter((name) => !own.includes(name))) {
    const [got, told] = [new Set<string>(), new Set<string>()];
    for await (const part of streamStore({ kinesis, stream, name: "destination" }).parts(always())) {
      for await (const events of part.read()) {
        for (const { event = {} } of events)
          (isErasureNotice({ event } as EventCopy) ? told : got).add(String(event["id"]));
      }
    }
    notices += told.size;
    strangers += [...told].filter((id) => !id.startsWith(`${erased}-`)).length;
    forgotten &&= [...got].every((id) => !id.startsWith(`${erased}-`) || told.has(id));
  }
  return { notices, forgotten, strangers };
}

const always = () => ({ fromMs: 0, toMs: Date.now() });

interface Clients {
  readonly kinesis: KinesisClient;
  readonly s3: S3Client;
}

function connect({ kinesisUrl, s3Url }: RunFile): Clients {
  const common = { region: "eu-west-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  return {
    kinesis: new KinesisClient({ ...common, endpoint: kinesisUrl }),
    s3: new S3Client({ ...common, endpoint: s3Url, forcePathStyle: true }),
  };
}

/** Three people in every store. A dead letter is laid down as Lambda does: a batch of all three. */
async function fill(run: PipelineRun, clients: Clients): Promise<void> {
  const [, url = "", key = ""] = /Events\s+(\S+)[^]*Write key (\S+)/.exec(run.output()) ?? [];
  for (const name of people) {
    for (const event of eventsOf(name)) {
      const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(event) });
      if (response.status !== 202) throw new Error(`Ingest answered ${response.status}: ${await response.text()}`);
      await response.body?.cancel();
    }
  }
  await putRaw(
    clients,
    people.map((name) => `{"to":"${emailOf(name)}",`),
  );
  const Records = people.map((name, at) => ({
    eventSourceARN: "arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-local-raw",
    kinesis: {
      partitionKey: name,
      sequenceNumber: String(at),
      approximateArrivalTimestamp: 1_732_100_000,
      data: Buffer.from(JSON.stringify({ ...eventsOf(name)[0], ...received })).toString("base64"),
    },
  }));
  const Body = JSON.stringify({ version: "1.0", timestamp: received.time, payload: JSON.stringify({ Records }) });
  const Key = "aws/lambda/drill/shardId-000000000000/2026/11/20/2026-11-20T10.00.00-drill";
  await clients.s3.send(new PutObjectCommand({ Bucket: "millrace-local-dead-letters-000000000000", Key, Body }));
}

async function putRaw({ kinesis }: Clients, lines: readonly (object | string)[]): Promise<void> {
  const Records = lines.map((line, at) => ({
    Data: Buffer.from(`${typeof line === "string" ? line : JSON.stringify(line)}\n`),
    PartitionKey: String(at),
  }));
  const { FailedRecordCount } = await kinesis.send(
    new PutRecordsCommand({ StreamName: "millrace-local-raw", Records }),
  );
  if (FailedRecordCount !== 0) throw new Error(`${FailedRecordCount} records were not stored.`);
}

/** The command, with the value on its standard input. */
function privacy(args: readonly string[], folder: string, name?: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--conditions=@millrace/source", main, ...args, "--state", folder],
      { cwd: repositoryRoot, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
    child.stdin?.end(name === undefined ? "" : `${emailOf(name)}\n`);
  });
}

const sumOf = (copies: Copies = {}): number => erasable.reduce((sum, store) => sum + (copies[store] ?? 0), 0);

function readAudit(folder: string): string {
  const path = join(stateFolders(folder).objects, "millrace-local-lake-000000000000/privacy/erasures");
  return readdirSync(path)
    .map((name) => readFileSync(join(path, name), "utf8"))
    .join("\n");
}

async function waitUntilExit({ child }: PipelineRun): Promise<void> {
  if (child.exitCode === null) await once(child, "exit");
}
