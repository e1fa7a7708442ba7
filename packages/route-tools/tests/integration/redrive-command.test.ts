/** `routes redrive` from a lake as the router leaves it, into Kinesis over the protocol of AWS. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Kinesis, type KinesisServer, startKinesisServer } from "@millrace/aws-simulator";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { run, temporaryFolder } from "../support/run.ts";

const letter = (id: string, application = "shop") => ({
  failure: { kind: "undeliverable", message: "" },
  enriched: { event: { id, source: "src", type: "shop.order", subject: "who" } },
  delivery: { application, stream: application },
});
const at = (hour: string, application = "shop"): string =>
  `undelivered/${application}/${application}/date=2026-03-01/hour=${hour}/00-00-a.json.gz`;

let lake: string;
let routes: string;
let kinesis: Kinesis;
let server: KinesisServer;
const environment = { ...process.env };

const leave = (key: string, lines: readonly (object | string)[]): void => {
  mkdirSync(dirname(join(lake, key)), { recursive: true });
  const texts = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  writeFileSync(join(lake, key), gzipSync(`${texts.join("\n")}\n`));
};
const redrive = (...args: string[]) =>
  run("redrive", "shop", "--lake", lake, "--routes", routes, "--stage", "dev", ...args);
const ids = (stream: string): string[] =>
  kinesis
    .recordsOf(stream)
    .map(({ record }) => (JSON.parse(Buffer.from(record.Data).toString()) as { event: { id: string } }).event.id);

beforeEach(async () => {
  lake = temporaryFolder();
  routes = temporaryFolder();
  for (const application of ["shop", "other"]) {
    const route = {
      name: "orders",
      description: "Orders.",
      pattern: { event: { type: ["shop.order"] } },
      destination: { stream: application },
      tests: [
        { name: "yes", event: { event: { type: "shop.order" } }, matches: true },
        { name: "no", event: { event: { type: "shop.view" } }, matches: false },
      ],
    };
    const document = { $schema: "x", application, owner: "team", routes: [route] };
    writeFileSync(join(routes, `${application}.json`), JSON.stringify(document));
  }
  kinesis = new Kinesis({ region: "eu-west-1" });
  for (const streamName of ["millrace-dev-shop", "millrace-dev-other"]) kinesis.createStream({ streamName });
  server = await startKinesisServer(kinesis);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_KINESIS: server.url,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  });
});
afterEach(async () => {
  process.env = { ...environment };
  await server.close();
});

describe("routes redrive", () => {
  test("puts back what lies in the application's own folder, and nothing else", async () => {
    leave(at("10"), [letter("1"), letter("2")]);
    leave(at("11"), [letter("3"), letter("1")]);
    leave(at("11", "other"), [letter("4", "other")]);
    const { code, out } = await redrive();
    expect([code, out]).toEqual([
      0,
      "delivered 3 of 4 undelivered events of shop: 1 duplicates, 0 no longer wanted, 0 unreadable, 0 failed\n",
    ]);
    expect(ids("millrace-dev-shop").sort()).toEqual(["1", "2", "3"]);
    expect(ids("millrace-dev-other")).toEqual([]);
  });

  test.each([
    ["2026-03-01", ["1", "2"]],
    ["2026-03-01T11", ["2"]],
    ["2026-03-01T11:30:00Z", ["2"]],
    ["2026-03-02", []],
  ])("since %s takes the hours from there on", async (since, expected) => {
    leave(at("10"), [letter("1")]);
    leave(at("11"), [letter("2")]);
    expect(await redrive("--since", since)).toMatchObject({ code: 0 });
    expect(ids("millrace-dev-shop").sort()).toEqual(expected);
  });

  test("delivers nothing a second time, without being told of a ledger", async () => {
    leave(at("10"), [letter("1"), letter("2")]);
    await redrive();
    expect((await redrive()).out).toContain("delivered 0 of 2");
    expect(ids("millrace-dev-shop").sort()).toEqual(["1", "2"]);
    // An event that arrives later is still put back.
    leave(at("11"), [letter("3")]);
    expect((await redrive()).out).toContain("delivered 1 of 3");
  });

  test("finds the lake of the stage by itself", async () => {
    process.env["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:1";
    const made = await run("redrive", "shop", "--stage", "prod", "--routes", routes);
    expect([made.code, made.err]).toEqual([2, expect.stringContaining("s3://millrace-prod-lake-333333333333/")]);
  });

  test("says why copies failed", async () => {
    kinesis.deleteStream({ StreamName: "millrace-dev-shop" });
    leave(at("10"), [letter("1"), letter("2")]);
    const { code, out, err } = await redrive();
    expect([code, out]).toEqual([1, expect.stringContaining("2 failed")]);
    expect(err).toMatch(/^2 failed: StreamNotFoundError: .*millrace-dev-shop/);
  });

  test("a stage that does not exist is answered with the one that was meant", async () => {
    const made = await run("redrive", "shop", "--lake", lake, "--routes", routes, "--stage", "prd");
    expect(made).toMatchObject({ code: 2, err: 'There is no stage "prd". Did you mean "prod"?\n' });
  });

  test("goes on where an earlier run with the same ledger ended", async () => {
    const ledger = join(lake, "ledger");
    leave(at("10"), [letter("1")]);
    await redrive("--ledger", ledger);
    leave(at("11"), [letter("2")]);
    expect((await redrive("--ledger", ledger)).out).toContain(
      "delivered 1 of 2 undelivered events of shop: 1 duplicates",
    );
    expect(ids("millrace-dev-shop").sort()).toEqual(["1", "2"]);
  });

  test("tells lines that are no undelivered events, and ends with 1", async () => {
    leave(at("10"), [letter("1"), "half a li", {}]);
    expect(await redrive()).toMatchObject({ code: 1, out: expect.stringContaining("delivered 1 of 1") });
    expect((await redrive("--dry-run")).out).toContain("2 unreadable");
  });

  test.each([
    [["--since", "yesterday"], "Expected --since to be as 2026-03-01 or 2026-03-01T12"],
    [[], "There is no file or folder"],
  ])("%j is answered with what is wrong", async (args, message) => {
    expect(await redrive(...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  test("an application that does not exist is answered with those that do", async () => {
    const made = await run("redrive", "shopp", "--lake", lake, "--routes", routes, "--stage", "dev");
    expect(made).toMatchObject({ code: 2, err: expect.stringContaining("known are other, shop") });
  });
});

test("of the local pipeline it says where none runs", async () => {
  const folder = temporaryFolder();
  delete process.env["AWS_ENDPOINT_URL_KINESIS"];
  expect(await run("redrive", "fraud", "--stage", "local", "--state", folder)).toMatchObject({
    code: 2,
    err: expect.stringContaining(`No pipeline runs with its state in ${folder}: start it with "pnpm start"`),
  });
});
