import { beforeEach, expect, test } from "@jest/globals";
import { createRandom, VirtualClock } from "@millrace/aws-simulator";
import type { OutputDelivery } from "@millrace/stream-handler";
import { createLogger } from "@millrace/telemetry";
import { gunzipSync } from "node:zlib";
import { UndeliveredWriter } from "../../src/undelivered/undelivered-writer.ts";
import { ObjectRefusedError } from "../../src/errors.ts";
import { UndeliveredBox } from "../support/undelivered-box.ts";

let clock: VirtualClock;
let box: UndeliveredBox;
let writer: UndeliveredWriter;
let log: Record<string, unknown>[];

beforeEach(() => {
  clock = new VirtualClock();
  box = new UndeliveredBox();
  log = [];
  const logger = createLogger({ clock, write: (line) => log.push(JSON.parse(line) as Record<string, unknown>) });
  writer = new UndeliveredWriter({ store: box, folder: "shop/orders", clock, random: createRandom("letters"), logger });
});

const line = (text: string) => ({ partitionKey: "k", data: Buffer.from(`${text}\n`) });
/** Puts events one by one without waiting, as the failures of a batch come, and waits for all. */
const put = (texts: readonly string[], withinMs = 5_000): Promise<OutputDelivery[]> =>
  clock.run(
    Promise.all(texts.map((text) => writer.put([line(text)], { deadline: clock.now() + withinMs }))).then((all) =>
      all.flat(),
    ),
  );
const texts = (): string[] => [...box.objects.values()].map((bytes) => gunzipSync(bytes).toString());

test("events that come in one go are one object, each delivered", async () => {
  const deliveries = await put(["a", "b", "c"]);
  expect(texts()).toEqual(["a\nb\nc\n"]);
  expect(deliveries.map(({ status }) => status)).toEqual(["delivered", "delivered", "delivered"]);
  expect(log).toEqual([]);
});

test("what comes later is another object, with a name of its own", async () => {
  await put(["a"]);
  await put(["b"]);
  expect(texts()).toEqual(["a\n", "b\n"]);
});

test("nothing to put is no object", async () => {
  expect(await clock.run(writer.put([]))).toEqual([]);
  expect(box.puts).toBe(0);
});

test("more than one object should hold is several", async () => {
  const large = "x".repeat(3 * 1_048_576);
  await put([large, large, large, "small"]);
  expect(texts().map((text) => text.length)).toEqual([2 * large.length + 2, large.length + 1 + "small\n".length]);
});

test("a fault that may pass is met with the same object again", async () => {
  const keys: string[] = [];
  box.fail = (key) => {
    keys.push(key);
    if (keys.length < 4) throw new Error("S3 answered 503");
  };
  expect(await put(["a"])).toMatchObject([{ status: "delivered", attempts: 4 }]);
  expect(new Set(keys).size).toBe(1);
});

test("an attempt without an answer is cut off and made again", async () => {
  const startedAt = clock.now();
  box.fail = (_, signal) =>
    box.puts > 1
      ? undefined
      : new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
  expect(await put(["a"])).toMatchObject([{ status: "delivered", attempts: 2 }]);
  expect(clock.now() - startedAt).toBeLessThan(2_100);
});

test("at the deadline it is given up, as something that may yet be there", async () => {
  const startedAt = clock.now();
  box.fail = () => {
    throw new Error("S3 answered 503");
  };
  const [delivery] = await put(["a"], 3_000);
  expect(delivery).toMatchObject({ status: "failed", reason: "unknown" });
  expect(clock.now() - startedAt).toBeLessThanOrEqual(3_000);
  expect(box.puts).toBeGreaterThan(4);
});

test("what S3 refuses for good is not asked again", async () => {
  box.fail = () => {
    throw new ObjectRefusedError("S3 answered 403");
  };
  const [first] = await put(["a", "b"]);
  expect(first).toMatchObject({ status: "failed", attempts: 1, error: { concerns: "caller" } });
  expect(log).toMatchObject([
    {
      level: "error",
      destination: "shop/orders",
      count: 2,
      error: { cause: { code: "ROUTER_OBJECT_REFUSED", message: "S3 answered 403" } },
    },
  ]);
});
