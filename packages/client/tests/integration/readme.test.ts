import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { Readme } from "@millrace/jest-preset/readme";
import { resolveOptions } from "../../src/options.ts";
import { dropReasons } from "../../src/types.ts";

const readme = new Readme(join(import.meta.dirname, "../.."));

test("the README's example prints what the README says", async () => {
  const detail = "The write key does not name this `source` among those it may use.";
  const rejected = [{ index: 1, code: "source-not-allowed", detail }];
  const server = createServer((request, response) => {
    request.resume().once("end", () => response.writeHead(202).end(JSON.stringify({ accepted: 1, rejected })));
  });
  await new Promise<void>((resolve) => void server.listen(0, resolve));
  try {
    const [example] = readme.examples;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await readme.run(example?.code ?? "", { EVENTS_URL: url })).toBe(example?.output);
  } finally {
    server.closeAllConnections();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  }
});

test("the README lists every option and every reason", () => {
  const defaults = { maxBatchBytes: 1, lingerMs: 1, maxConcurrentRequests: 1 };
  const options = resolveOptions({ url: "https://a.example", writeKey: "k", source: "/" }, defaults);
  const listed = readme
    .tableUnder("Options")
    .flatMap(([cell = ""]) => [...cell.matchAll(/`(\w+)`/g)].map(([, n]) => n));
  expect([...listed].sort()).toEqual(Object.keys(options).sort());
  expect([...readme.namesUnder("Errors")].sort()).toEqual([...dropReasons].sort());
});
