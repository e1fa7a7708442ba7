import { describe, expect, test } from "@jest/globals";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { run, temporaryFolder, writeEvents } from "../support/run.ts";

const documents = join(import.meta.dirname, "../documents");
const repository = join(import.meta.dirname, "../../../..");

const order = (id: string, data: object, rest: object = {}) => ({
  event: { id, source: "src", type: "shop.order", receivedat: `2026-01-01T00:00:0${id}.000Z`, data },
  validation: { status: "valid" },
  ...rest,
});
const events = [
  order("1", { state: "paid", total: 50 }),
  order("2", { state: "open", total: 500 }),
  order("3", { state: "paid", total: 101 }),
];

const routesFolder = (routes: readonly object[], rest: object = {}): string => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, "shop.json"),
    JSON.stringify({ $schema: "x", application: "shop", owner: "team", routes, ...rest }),
  );
  return folder;
};
const route = (name: string, data: object, rest: object = {}): object => ({
  name,
  description: name,
  pattern: { event: { type: ["shop.order"], data } },
  destination: { stream: "shop" },
  tests: [
    { name: "yes", event: order("1", { state: "paid", total: 150 }), matches: true },
    { name: "no", event: {}, matches: false },
  ],
  ...rest,
});

describe("routes check", () => {
  test("passes the documents of this repository", async () => {
    const { code, out } = await run("check", "--strict");
    expect([code, out]).toEqual([0, expect.stringMatching(/^\d+ documents, \d+ routes, .* 0 errors, 0 warnings/)]);
  });

  test("tells every fault of every document of a folder, with file, pointer and remedy", async () => {
    const { code, out } = await run("check", join(documents, "wrong"), "--schemas", join(documents, "schemas"));
    const count = readdirSync(join(documents, "wrong")).length;
    expect(code).toBe(1);
    expect(out.match(/\n {2}→ /g)?.length).toBeGreaterThanOrEqual(count);
    expect(out).toContain(
      "unknown-type.json#/routes/0/pattern/event/type/0\n  error unknown-type: No contract describes",
    );
    expect(out).toContain('→ Did you mean "shop.order"?');
  });

  test("writes faults as JSON for other programs", async () => {
    const { out } = await run("check", join(documents, "wrong"), "--schemas", join(documents, "schemas"), "--json");
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ rule: "sensitive-field", severity: "error" }));
  });
});

describe("routes check --base", () => {
  const paid = route("paid", { state: ["paid"] });
  const check = async (before: string, after: string) => {
    const { code, out } = await run(
      "check",
      after,
      "--base",
      before,
      "--schemas",
      join(documents, "schemas"),
      "--json",
    );
    const faults = (JSON.parse(out) as { rule: string; file: string; message: string; fix: string }[]).filter(
      ({ rule }) => rule === "dropped-stream",
    );
    return { code, faults };
  };

  test("refuses a document that is gone without a word about its stream, and says what to write", async () => {
    const after = temporaryFolder();
    const { code, faults } = await check(routesFolder([paid]), after);
    expect(code).toBe(1);
    expect(faults).toMatchObject([
      {
        file: join(after, "shop.json"),
        message: expect.stringContaining('Nothing names stream "shop" any more'),
        fix: expect.stringMatching(
          /^Bring shop\.json back with "routes": \[\]\. Add \{ "stream": "shop" \} to "formerDes/,
        ),
      },
    ]);
  });

  test("refuses a route that is gone with its stream, in a document that stays", async () => {
    const two = routesFolder([paid, route("old", { state: ["open"] }, { destination: { stream: "old" } })]);
    const { faults } = await check(two, routesFolder([paid]));
    expect(faults).toMatchObject([{ fix: expect.stringMatching(/^Add \{ "stream": "old" \}/) }]);
  });

  test.each([
    ["keeps it as a former destination", [{ stream: "shop" }]],
    ["retires it", [{ stream: "shop", retire: true }]],
  ])("takes a document that %s", async (_, formerDestinations) => {
    const { faults } = await check(routesFolder([paid]), routesFolder([], { formerDestinations }));
    expect(faults).toEqual([]);
  });

  test("lets a document go after its streams were retired, and not before", async () => {
    const kept = routesFolder([], { formerDestinations: [{ stream: "shop" }] });
    const retired = routesFolder([], { formerDestinations: [{ stream: "shop", retire: true }] });
    expect((await check(kept, temporaryFolder())).faults).toHaveLength(1);
    expect((await check(retired, temporaryFolder())).faults).toEqual([]);
  });

  test("says nothing of a document that cannot be read: its own faults come first", async () => {
    const broken = temporaryFolder();
    writeFileSync(join(broken, "shop.json"), "{");
    expect((await check(routesFolder([paid]), broken)).faults).toEqual([]);
  });
});

test("a stream belongs to one application also when its routes are gone", async () => {
  const folder = routesFolder([route("paid", { state: ["paid"] }, { destination: { stream: "theirs" } })]);
  const theirs = { $schema: "x", application: "theirs", owner: "team", routes: [] };
  writeFileSync(
    join(folder, "theirs.json"),
    JSON.stringify({ ...theirs, formerDestinations: [{ stream: "theirs", retire: true }] }),
  );
  const { out } = await run("check", folder, "--schemas", join(documents, "schemas"), "--json");
  expect(JSON.parse(out)).toContainEqual(
    expect.objectContaining({ rule: "stream-owner", pointer: "/formerDestinations/0/stream" }),
  );
});

describe("routes test", () => {
  test("says what each event would do, and how often each route matched", async () => {
    const folder = temporaryFolder();
    const { code, out } = await run(
      "test",
      writeEvents(folder, events),
      "--routes",
      routesFolder([route("paid", { state: ["paid"] })]),
    );
    expect(code).toBe(0);
    expect(out).toBe(
      "1  1  shop/paid → shop\n2  2  –\n3  3  shop/paid → shop\n\n       2  shop/paid\n       1  matched by no route, of 3 events\n",
    );
  });

  test("reads gzip, folders and bad lines", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "2026/01"), { recursive: true });
    writeFileSync(join(folder, "2026/01/part"), gzipSync(`${JSON.stringify(events[0])}\nnonsense\n`));
    const { code, out } = await run("test", folder, "--routes", routesFolder([route("paid", { state: ["paid"] })]));
    expect([code, out]).toEqual([1, expect.stringContaining("of 1 events; 1 lines are no enriched event")]);
  });
});

describe("routes explain", () => {
  const routes = () =>
    routesFolder([
      route("paid", { state: ["paid"] }),
      route("dear", { total: [{ numeric: [">", 100] }] }, { destination: { stream: "dear" } }),
    ]);

  test("names for each route the first field that failed and what was seen", async () => {
    const file = join(temporaryFolder(), "event.json");
    writeFileSync(file, JSON.stringify(events[0]));
    expect((await run("explain", file, "--routes", routes())).out).toBe(
      'shop/paid: matches → shop\n    event.data.state is "paid", event.type is "shop.order"\n' +
        "shop/dear: no\n    event.data.total is 50, wanted a number above 100\n",
    );
  });

  test("finds an event by its id", async () => {
    const file = writeEvents(temporaryFolder(), events);
    const { out } = await run("explain", "2", "--events", file, "--routes", routes(), "--route", "shop/dear");
    expect(out).toMatch(/^shop\/dear: matches → dear/);
  });

  test.each([
    [["nobody"], "to look an id up, say where with --events"],
    [["nobody", "--events", "no-such-folder"], "no file or folder"],
    [["nobody", "--events", join(documents, "expected.json")], "has the id nobody"],
    [[], "Missing required argument 'event'\npnpm routes explain --help"],
    [["tests"], "tests is a folder: name the file of one enriched event"],
  ])("%j is answered with what is missing", async (args, message) => {
    const { code, err } = await run("explain", ...args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

test("explain knows the sample", async () => {
  const folder = routesFolder([route("paid", { state: ["paid"] }, { sample: 0.000_001 })]);
  const { out } = await run("explain", "1", "--events", writeEvents(temporaryFolder(), events), "--routes", folder);
  expect(out).toContain("shop/paid: matches, but the sample of 0.000001 leaves this event out");
});

describe("routes diff", () => {
  const before = () =>
    routesFolder([
      route("paid", { state: ["paid"] }, { project: { drop: ["event.data.total"] } }),
      route("gone", { total: [50] }),
    ]);
  const after = () =>
    routesFolder([route("paid", { state: ["paid", "open"] }), route("dear", { total: [{ numeric: [">", 100] }] })]);

  test("tells per route what is gained and lost, with sample identities, and per stream the new fields, shards and cost", async () => {
    const file = writeEvents(temporaryFolder(), events);
    const { code, out } = await run(
      "diff",
      before(),
      "--routes",
      after(),
      "--events",
      file,
      "--rate",
      "2500",
      "--format",
      "json",
    );
    expect(code).toBe(0);
    const { recorded } = JSON.parse(out) as { recorded: object };
    expect(recorded).toMatchObject({
      events: 3,
      unmatchedBefore: 1,
      unmatchedAfter: 0,
      routes: [
        { route: "shop/paid", change: "changed", before: 2, after: 3, gained: 1, lost: 0, gainedIds: ['["src","2"]'] },
        { route: "shop/gone", change: "removed", before: 1, after: 0, lost: 1, lostIds: ['["src","1"]'] },
        { route: "shop/dear", change: "added", before: 0, after: 2 },
      ],
      streams: [
        {
          stream: "shop",
          newFields: [],
          // 2 of 3 events at 2,500/s, twice that as headroom: 3,333 records/s need four shards.
          before: { shards: 4 },
          after: { recordsPerSecond: 2_500, shards: 5 },
        },
      ],
    });
  });

  test("sizes queues and buses by what they are paid by, and in no shards", async () => {
    const file = writeEvents(temporaryFolder(), events);
    const to = (destination: object): string =>
      routesFolder([route("paid", { state: ["paid", "open"] }, { destination })]);
    const { out } = await run(
      "diff",
      to({ queue: "claims" }),
      "--routes",
      to({ bus: "claims" }),
      "--events",
      file,
      "--rate",
      "100",
    );
    expect(out).toMatch(/^destination +records\/s +shards +provisioned \$\/month +on-demand \$\/month/m);
    // 100 events a second are 263 million a month of 730 hours: $0.40 a million in SQS, $1 in EventBridge.
    expect(out).toMatch(/^bus claims +100 +– +– +\$105 → \$263 /m);
  });

  test("names fields that a stream did not get before", async () => {
    const file = writeEvents(temporaryFolder(), [events[2]!]);
    const was = routesFolder([
      route("paid", { state: ["paid"] }, { project: { drop: ["event.data.total", "validation"] } }),
    ]);
    const { out } = await run("diff", was, "--routes", after(), "--events", file);
    // The status is part of a revision, which no projection leaves out.
    expect(out).toContain("shop: event.data.total\n");
  });

  test("writes Markdown for a pull request", async () => {
    const file = writeEvents(temporaryFolder(), events);
    const { out } = await run("diff", before(), "--routes", after(), "--events", file, "--format", "markdown");
    expect(out).toContain("| shop/paid | changed | 2 | 3 | +1 |  |");
    expect(out).toContain('- lost by `shop/gone`: `["src","1"]`');
  });

  test("compares with what a commit has", async () => {
    const file = writeEvents(temporaryFolder(), events);
    const { code, out } = await run("diff", "HEAD", "--events", file, "--format", "json");
    expect(code).toBe(0);
    expect((JSON.parse(out) as { recorded: { routes: unknown[] } }).recorded.routes.length).toBeGreaterThan(5);
  });

  test("refuses what is neither a folder nor a commit", async () => {
    const { code, err } = await run("diff", "no-such-ref", "--events", "x");
    expect([code, err]).toEqual([2, expect.stringContaining("neither a folder nor something git knows")]);
  });
});

describe("routes new", () => {
  test.each(["{ bad", "{}", "[]"])("leaves a document alone that is %s", async (text) => {
    const folder = temporaryFolder();
    const file = join(folder, "app.json");
    writeFileSync(file, text);
    const made = await run("new", "--application", "app", "--owner", "t", "--type", "page.view", "--routes", folder);
    expect([made.code, made.err]).toEqual([2, expect.stringContaining(file)]);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test.each(["../../evil", "/tmp/evil", "Evil", "a.b", ""])(
    "writes no file for an application called %j",
    async (name) => {
      const made = await run(
        "new",
        "--application",
        name,
        "--owner",
        "team",
        "--type",
        "page.view",
        "--routes",
        temporaryFolder(),
      );
      expect(made).toMatchObject({ code: 2, err: expect.stringContaining("Expected --application to be a name") });
    },
  );

  test("writes a document that passes the check, for every event type there is", async () => {
    const schemas = join(repository, "schemas/events");
    const types = readdirSync(schemas).flatMap((domain) =>
      readdirSync(join(schemas, domain)).map((name) => `${domain}.${name}`),
    );
    const folder = temporaryFolder();
    for (const type of types) {
      const application = `app-${type.replace(".", "-")}`;
      const made = await run(
        "new",
        "--routes",
        folder,
        "--application",
        application,
        "--owner",
        "team",
        "--type",
        type,
      );
      expect([type, made]).toEqual([type, { code: 0, err: "", out: expect.stringContaining("passes") }]);
    }
    expect(await run("check", folder, "--strict")).toMatchObject({ code: 0 });
    expect(readdirSync(folder)).toHaveLength(types.length);
  });

  test("adds a route to a document that exists", async () => {
    const folder = temporaryFolder();
    cpSync(join(repository, "schemas/routes/marketing.json"), join(folder, "marketing.json"));
    const made = await run(
      "new",
      "--routes",
      folder,
      "--application",
      "marketing",
      "--type",
      "search.query",
      "--name",
      "queries",
    );
    expect(made.code).toBe(0);
    const { routes } = JSON.parse(readFileSync(join(folder, "marketing.json"), "utf8")) as {
      routes: { name: string }[];
    };
    expect(routes.at(-1)?.name).toBe("queries");
  });

  test("brings a former destination back into use", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "x.json");
    const former = { $schema: "x", application: "x", owner: "t", routes: [] };
    writeFileSync(file, JSON.stringify({ ...former, formerDestinations: [{ stream: "x", retire: true }] }));
    expect(await run("new", "--routes", folder, "--application", "x", "--type", "page.view")).toMatchObject({
      code: 0,
    });
    const document = JSON.parse(readFileSync(file, "utf8")) as object;
    expect(document).toMatchObject({ routes: [{ destination: { stream: "x" } }] });
    expect(document).not.toHaveProperty("formerDestinations");
  });

  test("leaves the folder as it was when the result would not pass", async () => {
    const folder = temporaryFolder();
    const made = await run(
      "new",
      "--routes",
      folder,
      "--application",
      "x",
      "--owner",
      "t",
      "--type",
      "page.view",
      "--stream",
      "raw",
    );
    expect([made.code, made.err]).toEqual([2, expect.stringContaining("schema-not")]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("says which type was probably meant", async () => {
    const made = await run(
      "new",
      "--routes",
      temporaryFolder(),
      "--application",
      "x",
      "--owner",
      "t",
      "--type",
      "page.veiw",
    );
    expect([made.code, made.err]).toEqual([2, expect.stringContaining('Did you mean "page.view"?')]);
  });
});

test("routes examples gives the inline tests as events that test and diff can read", async () => {
  const { code, out } = await run("examples");
  expect(code).toBe(0);
  const file = join(temporaryFolder(), "examples.ndjson");
  writeFileSync(file, out);
  const tested = await run("test", file);
  expect([tested.code, tested.out]).toEqual([0, expect.stringMatching(/ of \d\d events\n$/)]);
});

describe("the command line", () => {
  test("an unknown command or option is answered with its name and the way to help", async () => {
    expect(await run("frobnicate")).toMatchObject({
      code: 2,
      err: "Unknown command 'frobnicate'\npnpm routes --help lists the options.\n",
    });
    expect(await run("check", "--jsonn")).toMatchObject({
      code: 2,
      err: "Unknown option '--jsonn'\n(Did you mean --json?)\npnpm routes check --help lists the options.\n",
    });
  });

  test.each([
    [["diff", "HEAD", "--samples", "0"], "Option '--samples <n>' argument '0' is invalid."],
    [["diff", "HEAD", "--rate", "-1"], "Option '--rate <n>' argument '-1' is invalid."],
    [["diff", "HEAD", "--format", "yaml"], "Allowed choices are text, markdown, json."],
    [["tap", "x.json", "--seconds", "1.5"], "Option '--seconds <n>' argument '1.5' is invalid."],
    [["redrive", "fraud"], "Required option '--stage <stage>' not specified"],
    [["new", "--stream", "a", "--queue", "b"], "Option '--stream <name>' cannot be used with option '--queue <name>'"],
    [["new", "fraud"], "Too many arguments for 'new'."],
  ])("%j is refused, and the option is named", async (args, message) => {
    expect(await run(...args)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
  });

  test("a folder that is not there is named, without a stack", async () => {
    const none = join(temporaryFolder(), "none");
    for (const command of [
      ["check", none],
      ["new", "--application", "app", "--owner", "t", "--type", "page.view", "--routes", none],
    ]) {
      expect(await run(...command)).toMatchObject({ code: 2, err: expect.stringContaining(none) });
    }
  });

  test("explains itself, and each command alone, when asked to", async () => {
    for (const words of [[], ["help"], ["--help"]]) {
      expect(await run(...words)).toMatchObject({
        code: 0,
        err: "",
        out: expect.stringMatching(/ check [^]* redrive /),
      });
    }
    const { code, out } = await run("diff", "--help");
    expect([code, out]).toEqual([0, expect.stringMatching(/^Usage: pnpm routes diff \[options\] <base>/)]);
    expect(out).not.toContain(" check ");
  });

  test("the documents' JSON Schema on disk is fresh", async () => {
    expect(await run("render", "--check")).toMatchObject({ code: 0 });
  });
});
