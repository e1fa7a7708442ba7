import { Kinesis, type KinesisServer, startKinesisServer } from "@millrace/aws-simulator";
import { decodeRecord } from "@millrace/event-contracts";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type ChildService, startChildService, streamName } from "../support/child-service.ts";
import { anEvent, post } from "../support/test-service.ts";
import { until } from "../support/until.ts";

let kinesis: Kinesis;
let kinesisServer: KinesisServer;
let service: ChildService | undefined;

beforeEach(async () => {
  kinesis = new Kinesis();
  kinesis.createStream({ streamName, shardCount: 4 });
  kinesisServer = await startKinesisServer(kinesis, { latencyMs: { min: 20, max: 60 } });
});

afterEach(async () => {
  service?.process.kill("SIGKILL");
  await service?.exited;
  await kinesisServer.close();
});

const storedIds = () =>
  new Set(
    kinesis
      .recordsOf(streamName)
      .flatMap(({ record }) => decodeRecord(record.Data).map((line) => line.ok && (line.value as { id: string }).id)),
  );

/** Sends requests, one after the other, until the service takes no more connections; gives what was accepted. */
async function sendUntilClosed(
  target: ChildService,
  name: string,
  accepted: Set<string>,
  statuses: Set<number>,
): Promise<void> {
  for (let round = 0; ; round += 1) {
    const events = [0, 1, 2].map((index) => anEvent({ id: `${name}-${round}-${index}`, subject: `s${index}` }));
    try {
      const { status, json } = await post(target, JSON.stringify(events));
      statuses.add(status);
      for (const id of json["ids"] as string[]) accepted.add(id);
    } catch {
      return;
    }
  }
}

describe("SIGTERM", () => {
  test("under load: what was accepted is stored, every request that was taken is answered, exit 0", async () => {
    service = await startChildService({
      kinesisUrl: kinesisServer.url,
      environment: { DRAIN_NOTICE_MS: "300", DRAIN_TIMEOUT_MS: "10000" },
    });
    const target = service;
    const accepted = new Set<string>();
    const statuses = new Set<number>();
    const clients = Array.from({ length: 24 }, (_, index) => sendUntilClosed(target, `c${index}`, accepted, statuses));
    await until(() => accepted.size > 300);
    service.process.kill("SIGTERM");
    // Readiness fails before the service stops taking requests.
    await until(async () => (await fetch(`${target.url}/readyz`)).status === 503);
    const acceptedAtNotice = accepted.size;
    await Promise.all(clients);
    expect(await service.exited).toEqual({ code: 0, signal: null });
    expect(accepted.size).toBeGreaterThan(acceptedAtNotice);
    expect([...statuses]).toEqual([202]);
    const stored = storedIds();
    expect([...accepted].filter((id) => !stored.has(id))).toEqual([]);
    expect(service.log.map(({ msg }) => msg)).toEqual(["listening", "draining", "drained"]);
  });

  test("with Kinesis gone, the drain ends in the time allowed: requests get their 503", async () => {
    service = await startChildService({
      kinesisUrl: kinesisServer.url,
      environment: { PUT_TIMEOUT_MS: "1000", DRAIN_TIMEOUT_MS: "5000" },
    });
    await kinesisServer.close();
    const pending = post(service, JSON.stringify(anEvent()));
    await until(async () =>
      (await (await fetch(`${service?.url ?? ""}/metrics`)).text()).includes("in_flight_requests 1"),
    );
    service.process.kill("SIGTERM");
    expect((await pending).status).toBe(503);
    expect(await service.exited).toEqual({ code: 0, signal: null });
  });

  test("a second signal ends it at once", async () => {
    service = await startChildService({
      kinesisUrl: kinesisServer.url,
      environment: { DRAIN_NOTICE_MS: "60000", DRAIN_TIMEOUT_MS: "120000" },
    });
    const { process: child, log } = service;
    child.kill("SIGTERM");
    await until(() => log.some(({ msg }) => msg === "draining"));
    child.kill("SIGTERM");
    expect(await service.exited).toEqual({ code: null, signal: "SIGTERM" });
  });
});

test("a wrong environment ends with all faults and exit code 2", async () => {
  await expect(
    startChildService({ kinesisUrl: kinesisServer.url, environment: { STAGE: "", RAW_STREAM_NAME: "" } }),
  ).rejects.toThrow("The service ended with 2 before it listened.");
});

test("a port that is taken ends with exit code 2, as what is wrong in the environment", async () => {
  service = await startChildService({ kinesisUrl: kinesisServer.url });
  await expect(
    startChildService({ kinesisUrl: kinesisServer.url, environment: { PORT: String(service.port) } }),
  ).rejects.toThrow("The service ended with 2 before it listened.");
});
