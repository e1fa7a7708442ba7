import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type ControlServer, type ControlTargets, startControlServer } from "../../src/control/control-server.ts";

const exported: string[] = [];
// Only what these requests may reach.
const targets: Pick<ControlTargets, "runId" | "exportWarehouse" | "findEvent"> = {
  runId: "run-1",
  findEvent: () => Promise.reject(new Error("There is no view of the events.")),
  exportWarehouse: (path) => {
    exported.push(path);
    return Promise.resolve();
  },
};
let server: ControlServer;
beforeAll(async () => {
  server = await startControlServer(targets as ControlTargets);
});
afterAll(() => server.close());

function statusOf(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, server.url), { method, headers }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode));
    });
    sent.once("error", reject).end(method === "POST" ? "/tmp/file" : undefined);
  });
}

test.each([
  ["a program, by its address", {}, 200],
  ["a program, by name", { host: "localhost:1" }, 200],
  ["a page of another site", { origin: "https://shop.example" }, 403],
  ["a page without an origin of its own", { origin: "null" }, 403],
  ["a page whose name was resolved to this machine", { host: "shop.example" }, 403],
  ["a name that begins alike", { host: "127.0.0.1.shop.example" }, 403],
])("answers %s as it should", async (_, headers: Readonly<Record<string, string>>, status) => {
  expect(await statusOf("GET", "/run", headers)).toBe(status);
});

test("writes no file for a page", async () => {
  expect(await statusOf("POST", "/warehouse/export", { origin: "https://shop.example" })).toBe(403);
  expect(exported).toEqual([]);
  expect(await statusOf("POST", "/warehouse/export", {})).toBe(204);
  expect(exported).toEqual(["/tmp/file"]);
});

test("tells by the status that an answer could not be made", async () => {
  expect(await statusOf("GET", "/events?id=1", {})).toBe(400);
});
