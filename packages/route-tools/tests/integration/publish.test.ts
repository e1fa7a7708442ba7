import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { MemoryObjectStore, type ObjectStoreServer, startObjectStoreServer } from "@millrace/aws-simulator";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileRoutes, loadRouteDocuments } from "@millrace/routes";
import { loadRouteArtifact } from "@millrace/routes/runtime";
import { run, temporaryFolder } from "../support/run.ts";
import { s3Environment } from "../support/s3-environment.ts";

const repository = join(import.meta.dirname, "../../../..");
const environment = { ...process.env };
const store = new MemoryObjectStore();
let server: ObjectStoreServer;
let routes: string;

beforeEach(async () => {
  server = await startObjectStoreServer(store);
  Object.assign(process.env, s3Environment(server));
  routes = temporaryFolder();
  cpSync(join(repository, "schemas/routes"), routes, { recursive: true });
});
afterEach(async () => {
  process.env = { ...environment };
  await server.close();
});

test("publishing puts routes into a bucket that a router takes, and says which were there before", async () => {
  const to = "s3://the-routes/routes.json";
  const { destinations, version } = compileRoutes(loadRouteDocuments(routes));
  const first = await run("publish", "--to", to, "--routes", routes);
  expect(first).toEqual({ code: 0, err: "", out: expect.stringMatching(`^${to}: \\d+ routes, version ${version}\n$`) });
  const text = Buffer.from((await store.get("the-routes", "routes.json")).bytes).toString();
  expect(loadRouteArtifact(text, destinations).version).toBe(version);

  const added = ["--application", "pricing", "--owner", "team-pricing", "--type", "commerce.product-view"];
  await run("new", "--routes", routes, ...added);
  expect(await run("publish", "--to", to, "--routes", routes)).toEqual({
    code: 0,
    out: expect.stringContaining(`, before ${version}\n`),
    err: "Routers take this only where these destinations are deployed: pricing\n",
  });
});

test("what does not pass the checks is not published", async () => {
  const file = join(routes, "fraud.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"commerce.purchase"', '"commerce.purchaze"'));
  const to = join(routes, "out");
  expect(await run("publish", "--to", to, "--routes", routes)).toMatchObject({
    code: 2,
    err: expect.stringContaining("commerce.purchaze"),
  });
  expect(existsSync(to)).toBe(false);
});

test("a file serves as well, and a place that is none is told", async () => {
  const to = join(routes, "out");
  expect(await run("publish", "--to", to, "--routes", routes)).toMatchObject({ code: 0 });
  expect(await run("publish", "--to", to, "--routes", routes)).toMatchObject({ err: "" });
  rmSync(to);
  expect(await run("publish", "--to", "s3://the-routes", "--routes", routes)).toMatchObject({ code: 2 });
  expect(await run("publish", "--to", join(to, "deeper"), "--routes", routes)).toMatchObject({
    code: 2,
    err: expect.stringContaining("ENOENT"),
  });
  expect(await run("publish")).toMatchObject({
    code: 2,
    err: expect.stringContaining("Required option '--to <place>'"),
  });
});
