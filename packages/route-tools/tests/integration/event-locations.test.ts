/** Where events may lie: what Firehose leaves in a bucket, read from the bucket or from a copy of it. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { MemoryObjectStore, type ObjectStoreServer, startObjectStoreServer } from "@millrace/aws-simulator";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { run, temporaryFolder } from "../support/run.ts";
import { s3Environment } from "../support/s3-environment.ts";

const event = (id: string, note = ""): string =>
  `${JSON.stringify({ event: { id, source: "src", type: "page.view", data: { note } }, validation: { status: "valid" } })}\n`;
const routes = temporaryFolder();
writeFileSync(
  join(routes, "all.json"),
  JSON.stringify({
    $schema: "x",
    application: "all",
    owner: "team",
    routes: [
      {
        name: "views",
        description: "Views.",
        pattern: { event: { type: ["page.view"] } },
        destination: { stream: "all" },
        tests: [
          { name: "yes", event: { event: { type: "page.view" } }, matches: true },
          { name: "no", event: {}, matches: false },
        ],
      },
    ],
  }),
);

describe("s3://", () => {
  const store = new MemoryObjectStore();
  const environment = { ...process.env };
  let server: ObjectStoreServer;

  beforeAll(async () => {
    server = await startObjectStoreServer(store);
    Object.assign(process.env, s3Environment(server));
    await store.put("the-lake", "enriched/date=2026-01-01/hour=00/a.json.gz", gzipSync(event("1") + event("2")));
    await store.put("the-lake", "enriched/date=2026-01-01/hour=01/b", Buffer.from(event("3")));
    await store.put("the-lake", "enriched-before/c", Buffer.from(event("4")));
  });
  afterAll(async () => {
    process.env = environment;
    await server.close();
  });

  test.each([
    ["s3://the-lake/enriched", 3],
    ["s3://the-lake/enriched/", 3],
    ["s3://the-lake/enriched/date=2026-01-01/hour=01/", 1],
    ["s3://the-lake/enriched/date=2026-01-01/hour=00/a.json.gz", 2],
    ["s3://the-lake", 4],
  ])("%s is read object by object, gzipped or not", async (location, count) => {
    const { code, out, err } = await run("diff", routes, "--routes", routes, "--events", location);
    expect([code, err]).toEqual([0, expect.stringMatching(new RegExp(`^${count} events in `))]);
    expect(out).toContain(`${count} events, taken as`);
  });

  test("an event is found in it by its id", async () => {
    const { code, out } = await run("explain", "3", "--events", "s3://the-lake/enriched", "--routes", routes);
    expect([code, out]).toEqual([0, expect.stringContaining("all/views: matches → all")]);
  });

  test("a place without objects is said to be one", async () => {
    const { code, err } = await run("test", "s3://the-lake/nothing", "--routes", routes);
    expect([code, err]).toEqual([2, expect.stringContaining("There is no object below s3://the-lake/nothing")]);
  });

  test("what S3 refuses is told with the place and S3's own word", async () => {
    const denial = "<Error><Code>AccessDenied</Code><Message>Not yours</Message></Error>";
    const refusing = createServer((_, response) => response.writeHead(403).end(denial));
    await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
    process.env["AWS_ENDPOINT_URL_S3"] = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
    try {
      const { code, err } = await run("test", "s3://the-lake/x", "--routes", routes);
      expect([code, err]).toEqual([2, "s3://the-lake/x: AccessDenied: Not yours\n"]);
    } finally {
      process.env["AWS_ENDPOINT_URL_S3"] = server.url;
      await new Promise((resolve) => refusing.close(resolve));
    }
  });

  test("what is no place in a bucket is told so", async () => {
    const { code, err } = await run("test", "s3:///x", "--routes", routes);
    expect([code, err]).toEqual([2, expect.stringContaining("Expected s3://bucket/key, got s3:///x")]);
  });
});

describe("a folder", () => {
  test("may hold characters that only some call line ends, also across two reads", async () => {
    const folder = temporaryFolder();
    // Longer than one chunk of a file stream, of characters of three bytes each.
    writeFileSync(join(folder, "long"), event("1", "\u2028€".repeat(40_000)) + event("2"));
    const { code, out } = await run("test", folder, "--routes", routes);
    expect([code, out]).toEqual([0, expect.stringContaining("matched by no route, of 2 events\n")]);
  });

  test("with a gzip that is cut off is not read as if it had ended there", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "hour=00"));
    const file = join(folder, "hour=00/a.gz");
    writeFileSync(file, gzipSync(event("1").repeat(50)).subarray(0, -20));
    const { code, err } = await run("test", folder, "--routes", routes);
    expect([code, err]).toEqual([2, `${file}: Error: unexpected end of file\n`]);
  });

  test("with an empty file and one of a single byte has no events in them", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "empty"), "");
    writeFileSync(join(folder, "one"), "\n");
    expect(await run("test", folder, "--routes", routes)).toMatchObject({ code: 0 });
  });
});
