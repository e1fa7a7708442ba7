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

/** Sends on a connection of its own unless an agent is given; resolves to the status. */
function send(port: number, key: string, body: string, agent?: Agent): Promise<number> {
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
        response.on("end", () => resolve(response.statusCode ?? 0));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

test("one key with a hundred times its share keeps nobody else waiting, newcomers neither", async () => {
  kinesis = await startFakeKinesis();
  service = await startChildService({ kinesisUrl: kinesis.url, otherKeys: ["other"] });
  const { port } = service;
  const agent = new Agent({ keepAlive: true });
  const large = bodyOf(500);
  let isOver = false;
  let batchesRead = 0;
  const statuses = new Set<number>();
  const greedy = Array.from({ length: 100 }, async () => {
    while (!isOver) {
      const status = await send(port, shopKey, large, agent);
      statuses.add(status);
      if (status === 202) batchesRead += 1;
    }
  });
  const others: number[] = [];
  // Behind the hundred connections in the kernel's queue, of which one is accepted in each turn of the loop.
  others.push(await send(port, "other", bodyOf(1)));
  const readBeforeNewcomer = batchesRead;
  for (let index = 1; index < 10; index += 1) others.push(await send(port, "other", bodyOf(1)));
  const readForEach = (batchesRead - readBeforeNewcomer) / 9;
  isOver = true;
  await Promise.all(greedy);
  agent.destroy();
  expect(others).toEqual(Array.from({ length: 10 }, () => 202));
  expect([...statuses].filter((status) => status !== 202 && status !== 429)).toEqual([]);
  // Counted in batches, which say the same on a machine that is busy with other things.
  expect(readBeforeNewcomer).toBeLessThan(50);
  expect(readForEach).toBeLessThan(50);
}, 60_000);
