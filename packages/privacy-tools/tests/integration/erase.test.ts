import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createDeduplicator, type EnrichedEvent, eventIdentity, isErasureNotice } from "@millrace/event-contracts";
import { packRecord } from "@millrace/packed-records";
import { createPutRecords } from "@millrace/put-records";
import { compileRoutes, type RouteDocument } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import { openS3 } from "@millrace/stored-events";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import {
  Kinesis,
  type KinesisServer,
  MemoryObjectStore,
  type ObjectStoreServer,
  startKinesisServer,
  startObjectStoreServer,
} from "@millrace/aws-simulator";
import {
  createObjectClient,
  createSuppression,
  type Environment,
  erasePerson,
  findPerson,
  giveUpDestination,
  personOf,
  personOfPseudonyms,
  readErasures,
  runPrivacyCli,
} from "../../src/index.ts";
import {
  ada,
  badRow,
  ben,
  deadLetterOf,
  enrichedEvent,
  keys,
  ndjson,
  olderKey,
  rawEvent,
  receivedAt,
} from "../people.ts";

const place = {
  name: "test",
  region: "eu-west-1",
  accountId: "000000000000",
  streamPrefix: "millrace-test-",
  lakeBucket: "millrace-test-lake",
  deadLetterBucket: "millrace-test-dead-letters",
  pipelineStreams: ["millrace-test-raw", "millrace-test-enriched", "millrace-test-bad-rows"],
  enrichedCompression: "gzip" as const,
  routerTimeoutMs: 30_000,
};
const readSchema = (path: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../../../../schemas", path), "utf8")) as object;
const [raw = "", enriched = "", badRows = ""] = place.pipelineStreams;
const nowMs = Date.parse("2026-11-21T00:00:00Z");
const options = { subjects: [], request: { by: "operator", reason: "request 4711" } };
const adaPerson = personOf([{ class: "email", value: ada }], keys);
const benPerson = personOf([{ class: "email", value: ben }], keys);
const folder = "date=2026-11-20/hour=10";

let store: MemoryObjectStore;
let kinesis: Kinesis;
let servers: [KinesisServer, ObjectStoreServer];
let environment: Environment;
let close: () => void;

beforeEach(async () => {
  store = new MemoryObjectStore({ keepsVersions: true, clock: fixedClock() });
  kinesis = new Kinesis();
  for (const streamName of [raw, enriched, badRows, "millrace-test-fraud"]) kinesis.createStream({ streamName });
  servers = [await startKinesisServer(kinesis), await startObjectStoreServer(store)];
  const common = { region: place.region, credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  const client = new KinesisClient({ ...common, endpoint: servers[0].url });
  const s3 = await openS3({ ...common, endpoint: servers[1].url });
  environment = { place, kinesis: client, objects: createObjectClient(s3), keys, now: () => Date.now() };
  close = () => {
    client.destroy();
    s3.close();
  };
  await fill();
});
afterEach(async () => {
  close();
  await Promise.all(servers.map((server) => server.close()));
});

function fixedClock() {
  return { now: () => nowMs, setTimeout: () => 0 as never, clearTimeout: () => undefined };
}

/** Two people in every store: in the lake, in a version that another has replaced, and in one that was deleted. */
async function fill(): Promise<void> {
  const put = (bucket: string, key: string, body: Buffer) => store.put(bucket, key, body);
  // Firehose joins packed records, each a gzip member.
  const lake = (key: string, values: readonly unknown[]) =>
    put(place.lakeBucket, key, Buffer.concat(values.map((value) => gzipSync(ndjson([value])))));
  const both = (id: string) => [enrichedEvent(`${id}-ada`, ada), enrichedEvent(`${id}-ben`, ben)];
  await lake(`enriched/${folder}/a.json.gz`, both("a"));
  await lake(`enriched/${folder}/b.json.gz`, both("b"));
  await lake(`enriched/${folder}/one-person.json.gz`, [enrichedEvent("c-ada", ada, undefined, olderKey)]);
  await lake(`enriched/${folder}/another-person.json.gz`, [enrichedEvent("d-ben", ben)]);
  await lake(`enriched/${folder}/b.json.gz`, both("b2"));
  await lake(
    `undelivered/fraud/${folder}/u.json.gz`,
    both("u").map((one) => ({ enriched: one, delivery: {} })),
  );
  await lake(
    `undelivered/fraud/${folder}/gone.json.gz`,
    both("v").map((one) => ({ enriched: one, delivery: {} })),
  );
  await store.delete(place.lakeBucket, `undelivered/fraud/${folder}/gone.json.gz`);
  await lake(`bad-rows/${folder}/r.json.gz`, [
    badRow(`{"to":"${ada}",`, "1"),
    badRow(`{"to":"${ben}",`, "2", olderKey),
  ]);
  const letter = deadLetterOf([ada, ben].map((email) => JSON.stringify(rawEvent("l", email))));
  await put(place.deadLetterBucket, "aws/lambda/m/shardId-0/2026/11/20/letter", Buffer.from(letter));
  for (const [StreamName, values] of [
    [raw, [rawEvent("a", ada), rawEvent("a", ben)]],
    [enriched, both("a")],
    [badRows, [badRow(`{"to":"${ada}",`, "1"), badRow(`{"to":"${ben}",`, "2")]],
    ["millrace-test-fraud", both("a")],
  ] as const) {
    const compression = StreamName === enriched ? "gzip" : "none";
    const Records = values.map((value) => ({ Data: packRecord(ndjson([value]), compression), PartitionKey: "p" }));
    kinesis.putRecords({ StreamName, Records });
  }
}

const copiesOf = async (person: typeof adaPerson): Promise<Record<string, number>> => {
  const { places } = await findPerson(environment, person, options);
  return Object.fromEntries(
    places.map(({ store: name, place: where, copies }) => [`${name} ${where.split("/").at(-2) ?? where}`, copies]),
  );
};

const streamCopies = {
  "raw stream millrace-test-raw": 1,
  "enriched stream millrace-test-enriched": 1,
  "bad-row stream millrace-test-bad-rows": 1,
  "destination millrace-test-fraud": 1,
};
const before = {
  "lake enriched": 4,
  "undelivered undelivered": 2,
  "bad rows bad-rows": 1,
  "dead letters lambda": 1,
  ...streamCopies,
};
const benBefore = { ...before, "lake enriched": 4 };
const after = {
  "lake enriched": 0,
  "undelivered undelivered": 0,
  "bad rows bad-rows": 0,
  "dead letters lambda": 0,
  ...streamCopies,
};
/** Versions that held both people, and were the latest of neither, go whole. */
const benAfter = { ...benBefore, "lake enriched": 3, "undelivered undelivered": 1 };

describe("erasing a person", () => {
  test("takes them out of every version of every object, and leaves everybody else's latest", async () => {
    expect(await copiesOf(adaPerson)).toEqual(before);
    expect(await copiesOf(benPerson)).toEqual(benBefore);
    const { document, proof } = await erasePerson(environment, adaPerson, options);
    expect(await copiesOf(adaPerson)).toEqual(after);
    expect(await copiesOf(benPerson)).toEqual(benAfter);
    expect(document).toMatchObject({ state: "erased", requests: [options.request] });
    expect(document.objects.reduce((sum, { copies }) => sum + copies, 0)).toBe(8);
    expect(Object.keys(document.agesOut).sort()).toEqual([
      "millrace-test-bad-rows",
      "millrace-test-enriched",
      "millrace-test-fraud",
      "millrace-test-raw",
    ]);
    expect(proof.places.filter(({ copies }) => copies > 0).every(({ agesOutAt }) => agesOutAt !== undefined)).toBe(
      true,
    );
    // Objects without the person are not written again.
    const kept = await store.versions?.list(place.lakeBucket, `enriched/${folder}/another-person`);
    expect(kept).toHaveLength(1);
  });

  test("is exact when it is killed before or after any object, and goes on", async () => {
    for (let kill = 0; kill < 8; kill += 1) {
      let seen = 0;
      const onObject = (): void => {
        // Before the first object is changed, or after it was, in turns.
        if (seen++ === kill % 2) throw new Error("killed");
      };
      await erasePerson(environment, adaPerson, { ...options, onObject }).catch(() => undefined);
    }
    const { document } = await erasePerson(environment, adaPerson, options);
    const total = document.objects.reduce((sum, { copies }) => sum + copies, 0);
    expect({ total, state: document.state, open: document.objects.filter(({ isDone }) => !isDone) }).toEqual({
      total: 8,
      state: "erased",
      open: [],
    });
    expect(await copiesOf(adaPerson)).toEqual(after);
    expect(await copiesOf(benPerson)).toEqual(benAfter);
    const again = await erasePerson(environment, adaPerson, options);
    expect(again.document.objects).toHaveLength(document.objects.length);
  });

  test("keeps an audit record without the value, by which a sweep finds what came in since", async () => {
    await erasePerson(environment, adaPerson, options);
    const anew = enrichedEvent("anew", ada);
    Object.assign(anew["event"] as object, { receivedat: new Date(Date.now() + 60_000).toISOString() });
    const late = [enrichedEvent("late", ada), enrichedEvent("late", ben), anew];
    await store.put(place.lakeBucket, `enriched/${folder}/late.json.gz`, gzipSync(ndjson(late)));
    const [document] = await readErasures(environment.objects, place.lakeBucket);
    const { bytes } = await store.get(place.lakeBucket, `privacy/erasures/${document?.id}.json`);
    expect(Buffer.from(bytes).toString().toLowerCase()).not.toMatch(/ada|mail\.example/);
    const until = document?.requests.at(-1)?.at;
    const swept = personOfPseudonyms(document?.pseudonyms ?? [], keys, until);
    const { document: second } = await erasePerson(environment, swept, { ...options, request: undefined });
    expect({ id: second.id, state: second.state }).toEqual({ id: document?.id, state: "erased" });
    // The event that they sent after the erasure is theirs to keep.
    expect(await copiesOf(adaPerson)).toEqual({ ...after, "lake enriched": 1 });
    expect((await copiesOf(benPerson))["lake enriched"]).toBe(4);
  });

  test("two at once: one goes on, the other is refused", async () => {
    const both = await Promise.allSettled([1, 2].map(() => erasePerson(environment, adaPerson, options)));
    const reasons = both.flatMap((one) => (one.status === "rejected" ? [(one.reason as { code: string }).code] : []));
    expect(reasons.every((code) => code === "erasure-in-use" || code === "store")).toBe(true);
    expect((await erasePerson(environment, adaPerson, options)).document.state).toBe("erased");
    expect(await copiesOf(adaPerson)).toEqual(after);
    expect(await copiesOf(benPerson)).toEqual(benAfter);
  });

  test("a replay leaves out what the person had sent by then, and takes what they send later", async () => {
    await erasePerson(environment, adaPerson, options);
    const isSuppressed = createSuppression(await readErasures(environment.objects, place.lakeBucket), keys);
    expect(isSuppressed(JSON.stringify(rawEvent("a", ada)))).toBe(true);
    expect(isSuppressed(JSON.stringify(enrichedEvent("a", ada, undefined, olderKey)))).toBe(true);
    expect(isSuppressed(JSON.stringify(rawEvent("a", ben)))).toBe(false);
    const later = { ...rawEvent("a", ada), receivedat: new Date(Date.now() + 1_000).toISOString() };
    expect(isSuppressed(JSON.stringify(later))).toBe(false);
    expect(receivedAt < later.receivedat).toBe(true);
  });
});

describe("destinations", () => {
  const document = {
    application: "fraud",
    owner: "team-fraud",
    routes: [
      {
        name: "orders",
        description: "Every order.",
        pattern: { event: { type: ["commerce.purchase"] } },
        destination: { stream: "fraud" },
        tests: [],
      },
    ],
  } as unknown as RouteDocument;
  const routes = loadRoutes(compileRoutes([document]));
  const delivered = () =>
    [...kinesis.readRecords("millrace-test-fraud")].flatMap(({ record }) =>
      Buffer.from(record.Data)
        .toString()
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as EnrichedEvent),
    );
  const noticed = () =>
    delivered()
      .filter(isErasureNotice)
      .map(({ event }) => event.id);
  const writer = () =>
    createPutRecords({ client: environment.kinesis, streamName: "millrace-test-fraud", ordering: "per-key" });

  test("are told to forget each event of the person that was for them, and learn nothing of the person", async () => {
    const told = { ...environment, destinations: { routes, open: writer } };
    const { document: first } = await erasePerson(told, adaPerson, options);
    expect(new Set(noticed())).toEqual(new Set(["a-ada", "b-ada", "b2-ada", "c-ada", "u-ada", "v-ada"]));
    expect(first).toMatchObject({ state: "erased", told: { fraud: 6 }, openNotices: [] });
    const notices = delivered().filter(isErasureNotice);
    expect(JSON.stringify(notices)).not.toMatch(/mail\.example|k[12]\.|visitor-of/);
    const validate = addFormats.default(new Ajv2020()).compile(readSchema("envelope/erasure-notice/1-0-0.json"));
    for (const notice of notices) expect([validate(notice), validate.errors]).toEqual([true, null]);
    // A consumer that keeps a row an identity ends without the person, whatever comes behind.
    const deduplicator = createDeduplicator();
    const rows = new Set<string>();
    for (const record of delivered()) {
      for (const fresh of deduplicator.unseen([record])) {
        if (isErasureNotice(fresh)) rows.delete(eventIdentity(fresh.event));
        else rows.add(eventIdentity(fresh.event));
      }
      deduplicator.remember([record]);
    }
    expect([...rows]).toEqual([eventIdentity({ source: "https://shop.example/web", id: "a-ben" })]);
  });

  test("that cannot be reached are told by the next run, though nothing of the person is left by then", async () => {
    const isDown = { put: async () => [{ status: "failed" }] };
    const down = { ...environment, destinations: { routes, open: () => isDown } };
    const { document: first } = await erasePerson(down, adaPerson, options);
    expect(first.state).toBe("incomplete");
    expect(first.openNotices).toHaveLength(6);
    expect(JSON.stringify(first.openNotices)).not.toMatch(/mail\.example/);
    const up = { ...environment, destinations: { routes, open: writer } };
    const { document: second } = await erasePerson(up, adaPerson, options);
    expect(second).toMatchObject({ state: "erased", openNotices: [] });
    expect(new Set(noticed()).size).toBe(6);
  });

  test("that an operator says are gone hold an erasure up no longer, by name and reason in its record", async () => {
    const gone = {
      ...environment,
      destinations: { routes, open: () => ({ put: async () => [{ status: "failed" }] }) },
    };
    const { document } = await erasePerson(gone, adaPerson, options);
    expect(document.state).toBe("incomplete");
    const out: string[] = [];
    const run = (...args: string[]) =>
      runPrivacyCli(["gone", ...args], {
        terminal: { out: (text) => out.push(text), err: (text) => out.push(text), readLine: async () => undefined },
        open: async () => ({ environment: gone, close: async () => undefined }),
      });
    expect(await run("fraud", "--reason", "the application is no more")).toBe(0);
    expect((await readErasures(environment.objects, place.lakeBucket))[0]?.state).toBe("incomplete");
    expect(await run("fraud", "--reason", "the application is no more", "--by", "eve", "--yes")).toBe(0);
    expect(out).toContain(`${document.id}: 6 notices wait for fraud.`);
    expect(out).toContain(`${document.id}: 0 notices taken after all, 6 given up; erased.`);
    const record = { by: "eve", reason: "the application is no more", destination: "fraud", notices: 6 };
    expect(await readErasures(environment.objects, place.lakeBucket)).toMatchObject([
      { state: "erased", openNotices: [], gone: [record] },
    ]);
    // Events that come in later are not told either.
    await store.put(
      place.lakeBucket,
      `enriched/${folder}/late.json.gz`,
      gzipSync(ndjson([enrichedEvent("late", ada)])),
    );
    expect((await erasePerson(gone, adaPerson, options)).document).toMatchObject({ state: "erased", openNotices: [] });
  });

  test("that take a notice after all are not given up", async () => {
    const down = {
      ...environment,
      destinations: { routes, open: () => ({ put: async () => [{ status: "failed" }] }) },
    };
    await erasePerson(down, adaPerson, options);
    const up = { ...environment, destinations: { routes, open: writer } };
    const [outcome] = await giveUpDestination(up, "fraud", { by: "eve", reason: "thought to be gone" });
    expect(outcome).toMatchObject({ taken: 6, givenUp: 0, document: { state: "erased" } });
    expect(outcome?.document.gone).toBeUndefined();
    expect(new Set(noticed()).size).toBe(6);
  });

  test("that no route leads to any more stay untold until somebody says that they are gone", async () => {
    const down = {
      ...environment,
      destinations: { routes, open: () => ({ put: async () => [{ status: "failed" }] }) },
    };
    await erasePerson(down, adaPerson, options);
    const without = { ...environment, destinations: { routes: loadRoutes(compileRoutes([])), open: writer } };
    expect((await erasePerson(without, adaPerson, options)).document).toMatchObject({ state: "incomplete" });
    const [outcome] = await giveUpDestination(without, "fraud", { by: "eve", reason: "retired" });
    expect(outcome).toMatchObject({ givenUp: 6, document: { state: "erased" } });
  });
});

describe("the command", () => {
  async function run(args: readonly string[], input: readonly string[] = []) {
    const out: string[] = [];
    const err: string[] = [];
    const rest = [...input];
    const code = await runPrivacyCli(args, {
      terminal: { out: (text) => out.push(text), err: (text) => err.push(text), readLine: async () => rest.shift() },
      open: async () => ({ environment, close: async () => undefined }),
    });
    return { code, out: out.join("\n"), err: err.join("\n") };
  }

  test("says where a person is, then erases them only with --yes, and never prints the value", async () => {
    const found = await run(["find", "--email", "-"], [ada]);
    expect(found).toMatchObject({ code: 0, err: "" });
    expect(found.out).toMatch(/lake +\| s3:\/\/millrace-test-lake\/enriched\/ +\| 4 /);
    const args = ["erase", "--email", "-", "--reason", "request 4711"];
    expect((await run(args, [ada])).out).toContain("Would erase 8 copies. Nothing was changed");
    expect(await copiesOf(adaPerson)).toEqual(before);
    const folder = mkdtempSync(join(tmpdir(), "millrace-privacy-"));
    process.chdir(folder);
    const erased = await run([...args, "--yes"], [ada]);
    expect(erased).toMatchObject({ code: 0, err: "" });
    expect(erased.out).toMatch(/erasure-[0-9a-f]{16}: erased, .*8 copies in 8 objects, 0 rows; keys k2, k1/);
    // Without a driver the warehouse's statements are written down, for their owner's eyes only.
    const [script = ""] = readdirSync(folder);
    expect(readFileSync(script, "utf8")).toContain("DELETE FROM landed_events WHERE CONTAINS(TO_JSON(record), 'k2.");
    expect(readFileSync(script, "utf8")).toContain("IN ('millrace-test-raw shardId-000000000000 1 0');");
    expect(statSync(script).mode & 0o777).toBe(0o600);
    // The audit record has the hash of the statements that were handed over.
    const [document] = await readErasures(environment.objects, place.lakeBucket);
    expect(document?.script?.sha256).toBe(hash("sha256", readFileSync(script)));
    expect(found.out + erased.out).not.toContain(ada);
    expect(await copiesOf(adaPerson)).toEqual(after);
    expect((await run(["sweep"])).out).toContain("0 copies came in since");
    expect((await run(["erasures"])).out).toContain("(request 4711)");
  });

  test.each([
    [["find"], "Say who is meant"],
    [["find", "--class", "user-id"], "Each --class takes a --value"],
    [["find", "--email", "-"], "The value of email is empty"],
    [["erase", "--email", ada], "Say why"],
    [["erase", "--email", ada, "--reason", `for ${ada}`], "--reason or --by holds the value"],
    [["forget"], "Unknown command 'forget'"],
    [["find", "--mail", "x"], "Unknown option '--mail'\n(Did you mean --email?)"],
    [["gone", "--reason", "team dissolved"], "Missing required argument 'destination'"],
  ])("%j is refused with a cure", async (args, message) => {
    const { code, err } = await run(args);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) });
  });
});
