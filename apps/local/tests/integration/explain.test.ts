/**
 * `pnpm explain` for events of twelve fates, and the queries and commands of the runbooks, in one running pipeline.
 * Needs `pnpm synth` before.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { CreateStreamCommand, KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { type EventTraces, type ExplainedId, explainEvent } from "@millrace/pipeline-source";
import { loadRouteDocuments } from "@millrace/routes";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RunFile } from "../../src/control/run-file.ts";
import { accountEnvironment } from "../../src/runtime/account.ts";
import { repositoryRoot, routesFolder } from "../../src/runtime/folders.ts";
import { controlUrl, killPipelines, type PipelineRun, runPipeline, type Stack, waitFor } from "./run-pipeline.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-fates-"));
const routes = join(folder, "routes");
const published = join(folder, "published.json");
let run: PipelineRun;
let place: RunFile;

const program = async (path: string, args: readonly string[], env = {}): Promise<string> => {
  const argv = ["--conditions=@millrace/source", join(repositoryRoot, path), ...args];
  return (await promisify(execFile)(process.execPath, argv, { env: { ...process.env, ...env } })).stdout;
};

/** Routes of which some sample next to nothing, and no stream for `fraud`. */
function change(stack: Stack): void {
  const bucket = "${aws_s3_bucket.lake.bucket}";
  stack.resource["aws_s3_object"] = { published_routes: { bucket, key: "routes.json", source: published } };
  const environment = stack.resource["aws_lambda_function"]?.["router"]?.["environment"];
  Object.assign((environment as { variables: Record<string, string> }).variables, {
    ROUTES_URL: "s3://${aws_s3_object.published_routes.bucket}/${aws_s3_object.published_routes.key}",
    ROUTES_CHECK_SECONDS: "1",
  });
  delete stack.resource["aws_kinesis_stream"]?.["destination_fraud"];
  const output = stack.output["stream_names"]?.value;
  if (output !== undefined) output.destinations = output.destinations.filter((name) => !name.includes("_fraud."));
}

const source = "https://shop.example/web";
const context = { pageUrl: "https://shop.example/search?q=tent", sessionId: "s-1", visitorId: "v-1" };
const click = (id: string, data: object = {}) => ({
  ...{ specversion: "1.0", id, source, type: "search.click" },
  data: { context, queryId: "q-1", query: "tent", productId: "SKU-3002", rank: 1, ...data },
});

const product = { productId: "SKU-3002", name: "Tent", category: "camping", price: 0, currency: "EUR" };
const view = { context, product };

async function send(events: readonly object[], status = 202): Promise<void> {
  const key = /Write key (\S+)/.exec(run.output())?.[1] ?? "";
  const ingest = /Events\s+(http:\S+)/.exec(run.output())?.[1] ?? "";
  // A user agent with no more than a name is taken for a bot, and its events go to fraud.
  const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", "user-agent": agent };
  const response = await fetch(ingest, { method: "POST", headers, body: JSON.stringify(events) });
  expect(response.status).toBe(status);
}

/** Explains as `pnpm explain` does, without a process of its own. */
async function explain(id: string): Promise<ExplainedId> {
  const response = await fetch(new URL(`/events?id=${id}`, place.controlUrl));
  return explainEvent(id, (await response.json()) as EventTraces, loadRouteDocuments(routes));
}

/** Endpoints of the running pipeline, as the AWS SDK takes them. */
const account = () =>
  accountEnvironment({
    ...{ kinesis: place.kinesisUrl, s3: place.s3Url, secrets: place.secretsUrl },
    destinationEndpoints: place.destinationEndpoints,
  });

/** The explanation once it holds: an event takes its time from hop to hop. */
const explained = (id: string, isDone: (found: ExplainedId) => boolean): Promise<ExplainedId> =>
  waitFor(run, `the end of ${id}`, async () => {
    const found = await explain(id);
    return isDone(found) ? found : undefined;
  });

const isLanded = ({ events }: ExplainedId): boolean => events[0]?.rows.some(({ isShown }) => isShown) ?? false;
const routed = ({ events }: ExplainedId) =>
  Object.fromEntries((events[0]?.routes ?? []).map(({ route, verdict }) => [route, verdict]));
const told = ({ verdict, events }: ExplainedId): string =>
  [...verdict, ...events.flatMap((event) => event.verdict)].join("\n");

beforeAll(async () => {
  cpSync(routesFolder, routes, { recursive: true });
  const file = join(routes, "recommendations.json");
  const document = JSON.parse(readFileSync(file, "utf8")) as { routes: { name: string; sample?: number }[] };
  document.routes = document.routes.map((route) =>
    route.name === "search-clicks" ? route : { ...route, sample: 0.000001 },
  );
  writeFileSync(file, JSON.stringify(document));
  await program("packages/route-tools/src/cli/main.ts", ["publish", "--to", published, "--routes", routes]);
  run = runPipeline(["--rate", "0"], change);
  await controlUrl(run);
  place = await waitFor(
    run,
    "the run file",
    async () => JSON.parse(readFileSync(join(run.stateFolder, "run.json"), "utf8")) as RunFile,
  );
  await send([
    click("valid"),
    click("invalid", { rank: "first" }),
    { specversion: "1.0", id: "unknown", source, type: "nobody.knows", data: { a: 1 } },
    { specversion: "1.0", id: "undelivered", source, type: "commerce.purchase", data: { orderId: "o-1" } },
    click("masked", { context: { ...context, email: "ada@mail.example" } }),
    click("corrected", { rank: "first" }),
    click("replayed"),
    { specversion: "1.0", id: "sampled-out", source, type: "commerce.product-view", data: view },
    { specversion: "1.0", id: "refused", source: "https://other.example", type: "search.click" },
  ]);
  await send([click("duplicate")]);
  await send([click("duplicate")]);
  const kinesis = new KinesisClient({
    region: "eu-west-1",
    endpoint: place.kinesisUrl,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const Data = Buffer.from('{"specversion":"1.0","id":"bad-row","source":');
  await kinesis.send(new PutRecordCommand({ StreamName: "millrace-local-raw", PartitionKey: "bad-row", Data }));
  kinesis.destroy();
  await explained("corrected", isLanded);
  await explained("replayed", isLanded);
  await send([click("corrected", { rank: 2 })]);
  await program(
    "packages/replay/src/cli/main.ts",
    ["raw", "--state", run.stateFolder, "--from", "1h", "--id", "replayed", "--reason", "a fate of its own"],
    account(),
  );
}, 120_000);

afterAll(async () => {
  killPipelines();
  await run.ended;
  rmSync(folder, { recursive: true, force: true });
});

const ids = [
  ...["valid", "invalid", "unknown", "bad-row", "refused", "undelivered", "sampled-out", "masked"],
  ...["duplicate", "corrected", "replayed", "never-seen"],
];

describe("explain says of an event", () => {
  test("that is valid: where it went, and since when it is in the warehouse", async () => {
    const found = await explained("valid", isLanded);
    expect(told(found)).toMatch(/1 of 1 matching routes have it, in recommendations\.\nIt is in the warehouse since/);
    expect(found.events[0]?.enriched).toMatchObject([{ status: "valid", type: "search.click" }]);
    expect(routed(found)).toMatchObject({
      "recommendations/search-clicks": "delivered",
      "fraud/purchases": "no match",
    });
  });

  test("that is invalid: at which path", async () => {
    const found = await explained("invalid", isLanded);
    expect(told(found)).toMatch(/It breaks its contract: \/data\/rank .*\(type\)/);
  });

  test("that is unknown: that no contract describes its type", async () => {
    const found = await explained("unknown", isLanded);
    expect(told(found)).toMatch(/No contract describes its type nobody\.knows\.\nNo route matches it/);
  });

  test("that became a bad row: why", async () => {
    const found = await explained("bad-row", ({ events }) => (events[0]?.badRows.length ?? 0) > 0);
    expect(told(found)).toMatch(/^It became a bad row: .+\(.+\)\.$/);
  });

  test("that ingest refused: code, attribute and key", async () => {
    const found = await explained("refused", ({ refused }) => refused.length > 0);
    expect(told(found)).toMatch(
      /^Ingest refused it once at .*: source-not-allowed of `source`, write key local development and nothing/,
    );
    expect(found.events).toEqual([]);
  });

  test("that a destination did not take: the reason, and that it waits for a redrive", async () => {
    const found = await explained("undelivered", (now) => routed(now)["fraud/purchases"] === "undelivered");
    expect(told(found)).toMatch(/fraud\/purchases could not be delivered: the event waits in the lake for a redrive/);
    const [route] = found.events[0]?.routes.filter(({ route: name }) => name === "fraud/purchases") ?? [];
    expect(route?.reason).toMatch(/fraud.*\(s3:\/\/.*undelivered\/fraud\//);
  });

  test("that a sample left out: which route's", async () => {
    const found = await explained("sampled-out", isLanded);
    expect(told(found)).toContain("The sample of recommendations/product-views leaves it out.");
    expect(routed(found)).toMatchObject({ "recommendations/product-views": "sampled out" });
  });

  test("that was masked: which fields and how, and not what they held", async () => {
    const found = await explained("masked", isLanded);
    expect(found.events[0]?.enriched[0]?.masked).toContainEqual(expect.stringMatching(/email: \w+ \(email\)/));
    expect(JSON.stringify(found)).not.toContain("ada@mail.example");
  });

  test("that its sender sent twice: that views show it once", async () => {
    const found = await explained("duplicate", (now) => isLanded(now) && now.events[0]?.enriched.length === 2);
    expect(told(found)).toContain("Its sender sent it 2 times, the same each time; views show it once.");
    expect(found.events[0]?.rows.filter(({ isShown }) => isShown)).toHaveLength(1);
  });

  test("that its sender corrected: that views show the valid copy", async () => {
    const found = await explained("corrected", ({ events }) => events[0]?.rows.length === 2);
    expect(told(found)).toMatch(/corrected it: 2 copies, 2 of them different.* revision, 0000000000\.1\./);
    expect(told(found)).not.toContain("breaks its contract");
  });

  test("that was replayed: when, and that its sender sent it once", async () => {
    const found = await explained("replayed", ({ events }) => events[0]?.rows.length === 2);
    const replayedAt = found.events[0]?.accepted.find((copy) => copy.replayedAt !== undefined)?.replayedAt;
    expect(told(found)).toContain(`It was replayed at ${replayedAt}. Views show the copy with the greatest revision`);
    expect(told(found)).not.toContain("sent it");
  });

  test("that nobody sent: the three reasons; by the command, as text and as JSON", async () => {
    const args = ["--state", run.stateFolder, "--routes", routes];
    const text = await program("apps/local/src/explain.ts", ["never-seen", ...args]);
    expect(text).toMatch(/^event never-seen\nNo place has this id\..*another environment.*older.*refused/);
  });

  test("each of the twelve the same by the command, as JSON", async () => {
    const args = ["--json", "--state", run.stateFolder, "--routes", routes];
    for (const id of ids) {
      expect(JSON.parse(await program("apps/local/src/explain.ts", [id, ...args]))).toEqual(
        JSON.parse(JSON.stringify(await explain(id))),
      );
    }
  }, 240_000);
});

describe("the runbooks", () => {
  const text = readFileSync(join(repositoryRoot, "docs", "runbooks.md"), "utf8");
  const blocks = (language: string): readonly string[] =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))].map(([, code = ""]) => code.trim());

  test("have queries that the warehouse answers as they are written", async () => {
    const queries = blocks("sql");
    expect(queries.length).toBeGreaterThan(5);
    for (const sql of queries) {
      const response = await fetch(new URL("/warehouse", place.controlUrl), { method: "POST", body: sql });
      expect([sql, response.status, response.ok ? "" : await response.text()]).toEqual([sql, 200, ""]);
    }
  });

  test("have commands that run as they are written; those of infra and AWS are run by drill-releases and drill-day-one", async () => {
    const kinesis = new KinesisClient({
      region: "eu-west-1",
      endpoint: place.kinesisUrl,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    await kinesis.send(new CreateStreamCommand({ StreamName: "millrace-local-fraud", ShardCount: 1 }));
    kinesis.destroy();
    const programs: Readonly<Record<string, { readonly path: string; readonly more: readonly string[] }>> = {
      replay: { path: "packages/replay/src/cli/main.ts", more: ["--state", run.stateFolder] },
      routes: { path: "packages/route-tools/src/cli/main.ts", more: [] },
    };
    const printed: string[] = [];
    for (const line of blocks("sh").flatMap((block) => block.split("\n"))) {
      const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
      const [pnpm, name = "", ...args] = words.map(
        (word) => ({ "<stage>": "local", "<application>": "fraud" })[word] ?? word,
      );
      if (pnpm === "curl") {
        const ingest = /Events\s+(http:\S+)/.exec(run.output())?.[1] ?? "";
        const asked = [name, ...args].map((word) => word.replace("https://<host>", new URL(ingest).origin));
        expect((await promisify(execFile)("curl", ["--silent", ...asked])).stdout).toMatch(/^HTTP\/1\.1 200 /);
      }
      const known = pnpm === "pnpm" ? programs[name] : undefined;
      if (known === undefined) continue;
      printed.push(await program(known.path, [...args, ...known.more], account()));
    }
    expect(printed.join("")).toMatch(
      /would deliver [1-9]\d* of .*undelivered events of fraud[^]*delivered [1-9]\d* of/,
    );
    expect(printed).toHaveLength(6);
    // As the runbook promises, the event is in its destination now.
    await explained("undelivered", (found) => routed(found)["fraud/purchases"] === "delivered");
  });
});
