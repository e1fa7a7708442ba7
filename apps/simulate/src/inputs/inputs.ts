import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom, Kinesis, VirtualClock } from "@millrace/aws-simulator";
import { readForwardedAddress } from "@millrace/ingest";
import { createPutRecords, type KinesisSender } from "@millrace/put-records";
import { compileRoutes, parseRouteDocument, type RouteDocument } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import { runMutants } from "../mutants/run-mutants.ts";
import type { Resources } from "../resources.ts";
import { drawPlan } from "../schedule/plan.ts";
import { runSchedule } from "../schedule/run-schedule.ts";
import { destination, QuietPipeline } from "./quiet-pipeline.ts";

/** One input of the rule, with its right answer. */
export interface Input {
  readonly name: string;
  readonly input: string;
  readonly right: string;
  readonly got: (run: InputRun) => Promise<string> | string;
}

/** Everything that the inputs below left behind. */
export interface InputRun {
  readonly pipeline: QuietPipeline;
  readonly resources: Resources;
  /** Ingest's answers, by the name of the input. */
  readonly replies: ReadonlyMap<string, string>;
  readonly lakeLines: readonly string[];
}

const web = "https://shop.example/web";
const numbers = '"a":12345678901234567890,"b":9007199254740993,"c":-0,"d":0.1000000000000000055511151231257827';
const pageExample = join(import.meta.dirname, "../../../../schemas/examples/page/view/1-0-0/valid/typical.json");
const largeId = "i".repeat(200_000);
const POISON_LINES = 340_000;

/** Text of a custom event: `members` are those of `properties`. */
const custom = (id: string, members: string, attributes: Readonly<Record<string, string>> = {}): string =>
  `${JSON.stringify({ specversion: "1.0", id, source: web, type: "custom.event", ...attributes }).slice(0, -1)},"data":{"name":"x","properties":{${members}}}}`;

/** Sends what the inputs need, waits until everything has come to rest, and gives what is there. */
export async function runInputs(resources: Resources): Promise<InputRun> {
  const pipeline = await QuietPipeline.create(resources);
  const replies = new Map<string, string>();
  const page = JSON.parse(readFileSync(pageExample, "utf8")) as { context: object };
  const view = (id: string, data: string) =>
    `${JSON.stringify({ specversion: "1.0", id, source: web, type: "page.view" }).slice(0, -1)},"data":${data}}`;
  const titled = JSON.stringify({ ...page, context: { ...page.context, pageTitle: "@" } });
  const timed = JSON.stringify({ ...page, loadTimeMs: 1 });
  await pipeline.run(async () => {
    const send = async (name: string, body: string, headers: Readonly<Record<string, string>> = {}) => {
      const { status, body: answer } = await pipeline.send(body, headers);
      const { code, errors } = JSON.parse(answer || "{}") as { code?: string; errors?: { code: string }[] };
      replies.set(name, [status, errors?.[0]?.code ?? code].filter((part) => part !== undefined).join(" "));
    };
    await send("T1", custom("T1", '"title":"caf\\ud83d"'));
    await send("T2", custom("T2", '"ti\\ud83d":"a"'));
    await send("T3", view("T3", titled.replace('"@"', '"Nice tent \\ud83d"')));
    await send("T4", custom("T4", numbers));
    await send("T5", custom("T5", '"a":1e400'));
    await send("T5 typed", view("T5-typed", timed.replace('"loadTimeMs":1', '"loadTimeMs":1e-400')));
    await send("T7", custom("T7-lower", "", { time: "2026-01-01t00:00:00z" }));
    await send("T7", custom("T7-leap", "", { time: "2025-12-31T23:59:60Z" }));
    await send("T8", custom("T8", "", { time: "9999-12-31T23:59:59-23:59" }));
    const sentat = new Date(pipeline.clock.now() - 500).toISOString();
    const time = new Date(pipeline.clock.now() - 57 * 86_400_000).toISOString();
    await send("T9", custom("T9", "", { time, sentat }));
    await send("T10", custom("T10", "").replace('"name":"x"', '"name":7'));
    await pipeline.clock.sleep(12_000);
    await send("T10", custom("T10", ""));
    for (const source of [web, "https://shop.example/app", web, "https://shop.example/app"]) {
      await send("T17", custom("T17", "", { source }));
    }
    await send("T18", `${custom("T18", "")}}`);
    // Node gives the bytes of a header as Latin-1.
    await send("T19", custom("T19", ""), { "user-agent": Buffer.from("Übersicht/1.0").toString("latin1") });
    await send("T20 id", custom(largeId, ""));
    const extensions = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`x${index}`, "1"]));
    await send("T20 attributes", custom("T20", "", extensions));
    await pipeline.putRaw("poison", "{}\n".repeat(POISON_LINES));
    for (let count = 0; count < 20; count += 1) {
      await send("T14", custom(`T14-${count}`, "", { subject: "poison" }));
      await pipeline.clock.sleep(250);
    }
  });
  return { pipeline, resources, replies, lakeLines: await pipeline.lakeLines() };
}

interface Line {
  readonly event: { readonly id: string; readonly time: string; readonly useragent?: string };
  readonly validation: { readonly status: string };
  readonly enrichment: { readonly clock?: { readonly derivedTime: string } };
}

const has = (id: string) => (line: string) => line.includes(`"id":"${id}"`);
const lakeLine = ({ lakeLines }: InputRun, id: string) => lakeLines.find(has(id)) ?? "";
const valueOf = (run: InputRun, id: string) => JSON.parse(lakeLine(run, id)) as Line;

/** Returns the verdict, the repairs and one column of an event's row in a view. */
async function inView({ pipeline }: InputRun, id: string, view: string, column: string): Promise<string> {
  const [row] = await pipeline.query(
    `SELECT ${column} AS "column", events.fidelity::VARCHAR AS fidelity, validation_status AS verdict
     FROM ${view} JOIN events USING (source, id) WHERE id = '${id}'`,
  );
  const fidelity = row?.["fidelity"];
  const { notes = [] } = JSON.parse(typeof fidelity === "string" ? fidelity : "{}") as {
    notes?: { path: string; kind: string }[];
  };
  const told = notes.map(({ path, kind }) => `${kind} at ${path}`).join(", ");
  return `${String(row?.["verdict"])}, ${String(row?.["column"])}${told === "" ? "" : `, told: ${told}`}`;
}

async function instantOf({ pipeline }: InputRun, id: string): Promise<string> {
  const [row] = await pipeline.query(
    `SELECT strftime(event_time, '%Y-%m-%dT%H:%M:%SZ') AS instant FROM events WHERE id = '${id}'`,
  );
  return String(row?.["instant"]);
}

/** Deliveries of records that one client is given at once, under a virtual clock. */
async function put(client: KinesisSender, clock: VirtualClock, hashKeys: readonly (string | undefined)[]) {
  const putRecords = createPutRecords({ client, streamName: "raw", clock, random: createRandom("inputs/put") });
  const records = hashKeys.map((explicitHashKey, index) => {
    const record = { partitionKey: String(index), data: Buffer.from("{}\n") };
    return explicitHashKey === undefined ? record : { ...record, explicitHashKey };
  });
  const deliveries = await clock.run(putRecords.put(records));
  const delivered = deliveries.filter(({ status }) => status === "delivered").length;
  return `${delivered} stored, ${deliveries.length - delivered} condemned`;
}

function createRawStream() {
  const clock = new VirtualClock();
  const kinesis = new Kinesis({ clock });
  kinesis.createStream({ streamName: "raw", shardCount: 4 });
  return { clock, kinesis };
}

/** A proxy in front of Kinesis that takes requests of so many records. */
function bodyLimited(kinesis: Kinesis, maxRecords: number, sizes: number[]): KinesisSender {
  const client = kinesis.client();
  const send = async (command: Parameters<typeof client.send>[0]): Promise<unknown> => {
    const { Records: records = [] } = command.input as { Records?: readonly unknown[] };
    if (records.length > 0) sizes.push(records.length);
    if (records.length <= maxRecords) return client.send(command);
    // Error of the SDK for an answer that is no JSON.
    throw Object.assign(new SyntaxError("Unexpected token '<'"), { $metadata: { httpStatusCode: 413 } });
  };
  return { send };
}

const putRecordsFolder = join(import.meta.dirname, "../../../../packages/put-records");

/** The inputs of the rule of docs/data.md, T1 to T21. */
export const inputs: readonly Input[] = [
  {
    name: "T1",
    input: "half an emoji in a value",
    right: "202: valid, caf\ufffd, told: text-repaired at /data/properties/title",
    got: async (run) =>
      `${run.replies.get("T1") ?? ""}: ${await inView(run, "T1", "custom_event_1", "properties->>'title'")}`,
  },
  {
    name: "T2",
    input: "half an emoji in a name",
    right: '202: valid, {"ti\ufffd":"a"}, told: name-repaired at /data/properties/ti\ufffd',
    got: async (run) =>
      `${run.replies.get("T2") ?? ""}: ${await inView(run, "T2", "custom_event_1", "properties::VARCHAR")}`,
  },
  {
    name: "T3",
    input: "half an emoji in a page's title",
    right: "202: valid, Nice tent \ufffd, told: text-repaired at /data/context/pageTitle",
    got: async (run) =>
      `${run.replies.get("T3") ?? ""}: ${await inView(run, "T3", "page_view_1", "context_page_title")}`,
  },
  {
    name: "T4",
    input: "numbers of many digits and -0",
    right: "lake as sent, destination as sent, landing table as sent",
    got: async (run) => {
      const [row] = await run.pipeline.query(
        "SELECT record::VARCHAR AS line FROM landed_events WHERE get_path(record, 'event.id') = 'T4'",
      );
      const routed = run.pipeline.lines(destination).find(has("T4"));
      const places = [["lake", lakeLine(run, "T4")] as const, ["destination", routed] as const];
      return [...places, ["landing table", String(row?.["line"])] as const]
        .map(([place, line]) => `${place} ${line?.includes(numbers) === true ? "as sent" : String(line)}`)
        .join(", ");
    },
  },
  {
    name: "T5",
    input: "1e400, and 1e-400 in a typed column",
    right:
      'valid, text "a":1e400, told: number-out-of-range at /data/properties/a; valid, 0, told: number-out-of-range at /data/loadTimeMs',
    got: async (run) => {
      const text = lakeLine(run, "T5").includes('"a":1e400') ? `text "a":1e400` : "no text";
      const whole = await inView(run, "T5", "custom_event_1", `'${text}'`);
      return `${whole}; ${await inView(run, "T5-typed", "page_view_1", "load_time_ms")}`;
    },
  },
  {
    name: "T6",
    input: "the pattern [9007199254740993] on …992, …993",
    right: "…992 does not match, …993 matches",
    got: () => {
      const tests = ["3", "2"].map(
        (end) =>
          `{"name":"…${end}","event":{"event":{"data":{"n":900719925474099${end}}}},"matches":${String(end === "3")}}`,
      );
      const route = `{"name":"one","description":"One","pattern":{"event":{"data":{"n":[9007199254740993]}}},"destination":{"stream":"one"},"tests":[${tests.join()}]}`;
      const text = `{"application":"shop","owner":"team","routes":[${route}]}`;
      const routes = loadRoutes(compileRoutes([parseRouteDocument(text, "shop.json").value as RouteDocument]));
      return ["992", "993"]
        .map((end) => {
          const line = `{"event":{"id":"1","source":"s","type":"t","data":{"n":9007199254740${end}}}}`;
          const { copies } = routes.route(JSON.parse(line) as Parameters<typeof routes.route>[0], line);
          return `…${end} ${copies.length === 0 ? "does not match" : "matches"}`;
        })
        .join(", ");
    },
  },
  {
    name: "T7",
    input: "times in lower case and at a leap second",
    right: "2026-01-01T00:00:00Z, 2025-12-31T23:59:59Z",
    got: async (run) => `${await instantOf(run, "T7-lower")}, ${await instantOf(run, "T7-leap")}`,
  },
  {
    name: "T8",
    input: "a time that is in the year 10000 in UTC",
    right: "400 invalid-attribute-value",
    got: ({ replies }) => replies.get("T8") ?? "",
  },
  {
    name: "T9",
    input: "a time 57 days ago, sent half a second ago",
    right: "derived: the client's time",
    got: (run) => {
      const { event, enrichment } = valueOf(run, "T9");
      const isNear = Math.abs(Date.parse(enrichment.clock?.derivedTime ?? "") - Date.parse(event.time)) < 1_000;
      return isNear ? "derived: the client's time" : `derived: ${String(enrichment.clock?.derivedTime)}`;
    },
  },
  {
    name: "T10",
    input: "an invalid event, then a corrected one of its identity",
    right: "the view shows valid, and the other copy is counted: 2 rows in the landing table",
    got: async ({ pipeline }) => {
      const [row] = await pipeline.query(
        `SELECT validation_status AS verdict, (SELECT count(*)::INTEGER FROM landed_events
         WHERE get_path(record, 'event.id') = 'T10') AS total FROM events WHERE id = 'T10'`,
      );
      return `the view shows ${String(row?.["verdict"])}, and the other copy is counted: ${String(row?.["total"])} rows in the landing table`;
    },
  },
  {
    name: "T11",
    input: "answers of PutRecords that settle nothing, once each",
    right: "0 records condemned",
    got: () => {
      const options = ["--conditions=@millrace/source", "--disable-warning=ExperimentalWarning", "bench/answers.ts"];
      const { stdout } = spawnSync(process.execPath, options, { cwd: putRecordsFolder, encoding: "utf8" });
      return /\d+ records condemned/.exec(stdout)?.[0] ?? stdout.slice(-200);
    },
  },
  {
    name: "T12",
    input: "a fault of one record of 500",
    right: "499 stored, 1 condemned",
    got: () => {
      const { clock, kinesis } = createRawStream();
      const hashKeys = Array.from({ length: 500 }, (_, index) => (index === 321 ? "9".repeat(39) : undefined));
      return put(kinesis.client(), clock, hashKeys);
    },
  },
  {
    name: "T13",
    input: "a proxy that takes 125 records of 500",
    right: "500 stored, 0 condemned, after fewer than 10 refusals",
    got: async () => {
      const { clock, kinesis } = createRawStream();
      const sizes: number[] = [];
      const stored = await put(bodyLimited(kinesis, 125, sizes), clock, new Array<undefined>(500).fill(undefined));
      const refusals = sizes.filter((size) => size > 125).length;
      return `${stored}, after ${refusals < 10 ? "fewer than 10" : refusals} refusals`;
    },
  },
  {
    name: "T14",
    input: "one record of 340,000 lines",
    right: "340000 lines in bad rows; the others of its key are enriched within seconds",
    got: async (run) => {
      const [row] = await run.pipeline.query(
        "SELECT sum(origin_lines)::INTEGER AS total FROM bad_rows WHERE failure_kind = 'too-many-lines'",
      );
      const late = run.lakeLines
        .filter((line) => line.includes('"id":"T14-'))
        .map((line) => {
          const { event, processing } = JSON.parse(line) as {
            event: { receivedat: string };
            processing: { enrichment: { at: string } };
          };
          return Date.parse(processing.enrichment.at) - Date.parse(event.receivedat);
        });
      const isSoon = late.length === 20 && Math.max(...late) < 10_000;
      return `${String(row?.["total"])} lines in bad rows; the others of its key are enriched ${isSoon ? "within seconds" : `after ${Math.max(...late)} ms`}`;
    },
  },
  {
    name: "T15",
    input: "functions that die after their write",
    right: "copies made, each counted by DUPLICATES; 0 violations",
    got: async ({ resources }) => {
      let seed = 1;
      while (!isCrashing(seed)) seed += 1;
      const { violations, enriched, events } = await runSchedule({ seed, events: 300, resources });
      const made = enriched > events ? "copies made" : "no copies made";
      return `${made}, each counted by DUPLICATES; ${violations.length} violations`;
    },
  },
  {
    name: "T16",
    input: "outputs remembered by position alone, a route reload, a redelivery",
    right: "noticed: routes-complete",
    got: async () => {
      const [outcome] = await runMutants({
        only: ["remembered-by-position-alone"],
        ...{ firstSeed: 1, maxSchedules: 200, events: 1_000, processes: 2, onOutcome: () => undefined },
      });
      return `noticed: ${String(outcome?.invariant)}`;
    },
  },
  {
    name: "T17",
    input: "two sources, one id, sent twice",
    right: "2 in EVENTS, both sources in the destination",
    got: async ({ pipeline }) => {
      const [row] = await pipeline.query("SELECT count(*)::INTEGER AS total FROM events WHERE id = 'T17'");
      const sources = new Set(
        pipeline
          .lines(destination)
          .filter(has("T17"))
          .map((line) => /"source":"[^"]*"/.exec(line)?.[0]),
      );
      return `${String(row?.["total"])} in EVENTS, ${sources.size === 2 ? "both sources" : sources.size} in the destination`;
    },
  },
  {
    name: "T18",
    input: "a valid event and a stray }",
    right: "400 malformed-json, nothing stored",
    got: ({ replies, pipeline }) =>
      `${replies.get("T18") ?? ""}, ${pipeline.lines("raw").some(has("T18")) ? "stored" : "nothing stored"}`,
  },
  {
    name: "T19",
    input: "a User-Agent in UTF-8",
    right: "Übersicht/1.0",
    got: (run) => String(valueOf(run, "T19").event.useragent),
  },
  {
    name: "T20",
    input: "an id of 200 KB; 1,000 extension attributes",
    right: "400 attribute-too-long; 400 too-many-attributes",
    got: ({ replies }) => `${replies.get("T20 id") ?? ""}; ${replies.get("T20 attributes") ?? ""}`,
  },
  {
    name: "T21",
    input: "X-Forwarded-For with ports",
    right: "9.9.9.9, 2001:db8::1",
    got: () => ["9.9.9.9:555", "[2001:db8::1]:443"].map(readForwardedAddress).join(", "),
  },
];

function isCrashing(seed: number): boolean {
  const { hasViews, profile } = drawPlan(seed, 300);
  return hasViews && profile === "crashes";
}
