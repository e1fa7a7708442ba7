import { Agent, request } from "node:http";
import { afterAll, expect, test } from "@jest/globals";
import { type FakeKinesis, startFakeKinesis } from "../../bench/overload/kinesis.ts";
import { type ChildService, startChildService } from "../support/child-service.ts";
import { shopKey } from "../support/test-service.ts";

let service: ChildService | undefined;
let kinesis: FakeKinesis | undefined;

afterAll(async () => {
  service?.process.kill("SIGKILL");
  await service?.exited;
  kinesis?.close();
});

const bodyOf = (events: number) =>
  JSON.stringify(
    Array.from({ length: events }, (_, index) => ({
      specversion: "1.0",
      source: "https://shop.example/a",
      type: "custom.event",
      subject: `s${index}`,
      data: 1,
    })),
  );

/** Sends on a connection of its own unless an agent is given; resolves to the status and what it took. */
function send(port: number, key: string, body: string, agent?: Agent): Promise<{ status: number; tookMs: number }> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent: agent ?? false,
        port,
        path: "/v1/events",
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      },
      (response) => {
        response.resume();
        response.on("end", () => resolve({ status: response.statusCode ?? 0, tookMs: performance.now() - startedMs }));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

test("one key with a hundred times its share keeps nobody else waiting, newcomers neither", async () => {
  kinesis = await startFakeKinesis();
  service = await startChildService({ kinesisUrl: kinesis.url, otherKeys: ["other"] });
  const { port } = service;
  const agent = new Agent({ keepAlive: true });
  const large = bodyOf(500);
  let isOver = false;
  const greedyMs: number[] = [];
  const statuses = new Set<number>();
  const greedy = Array.from({ length: 100 }, async () => {
    while (!isOver) {
      const { status, tookMs } = await send(port, shopKey, large, agent);
      statuses.add(status);
      if (status === 202) greedyMs.push(tookMs);
    }
  });
  const others: { status: number; tookMs: number }[] = [];
  // Behind the hundred connections in the kernel's queue, of which one is accepted in each turn of the loop.
  others.push(await send(port, "other", bodyOf(1)));
  const readBeforeNewcomer = greedyMs.length;
  for (let index = 1; index < 10; index += 1) others.push(await send(port, "other", bodyOf(1)));
  isOver = true;
  await Promise.all(greedy);
  agent.destroy();
  expect(others.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
  expect([...statuses].filter((status) => status !== 202 && status !== 429)).toEqual([]);
  expect(readBeforeNewcomer).toBeLessThan(50);
  expect(median(others.map(({ tookMs }) => tookMs)) * 3).toBeLessThan(median(greedyMs));
}, 60_000);
