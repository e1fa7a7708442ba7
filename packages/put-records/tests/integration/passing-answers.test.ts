import { afterEach, describe, expect, test } from "@jest/globals";
import { createKinesisClient, createPutRecords } from "../../src/index.ts";
import { type HttpFate, startHttpKinesis } from "../support/http-kinesis.ts";
import { passingAnswers, playOnce } from "../support/passing-answers.ts";
import { records, textOf } from "../support/set-up.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function setUp(fateOf: (requestIndex: number, body: string) => HttpFate) {
  const kinesis = await startHttpKinesis(fateOf);
  cleanUps.push(() => kinesis.close());
  const client = createKinesisClient({
    region: "eu-west-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    endpoint: kinesis.url,
  });
  cleanUps.push(() => client.destroy());
  return { kinesis, stream: createPutRecords({ client, streamName: "s", random: () => 0.1 }) };
}

const texts = (count: number) => records(count).map(({ data }) => textOf(data));

describe("an answer to a request that says nothing about its records", () => {
  test.each(passingAnswers.map((answer) => [answer.title, answer] as const))(
    "%s: the next attempt stores all of them, and what may be stored twice is marked",
    async (_title, { fate, isAmbiguous }) => {
      for (const count of [1, 5]) {
        const { deliveries, stored } = await playOnce(fate, count);
        expect(deliveries).toMatchObject(Array(count).fill({ status: "delivered", isAmbiguous }));
        expect([...stored].sort()).toEqual(texts(count).sort());
      }
    },
  );
});

describe("a request that one record spoils", () => {
  test("T12: of 500 records 499 are stored, and the one that is invalid fails alone", async () => {
    const bad = Buffer.from("record 321\n").toString("base64");
    const { kinesis, stream } = await setUp((_index, body) =>
      body.includes(bad) ? { refuse: "ValidationException" } : "answered",
    );
    const deliveries = await stream.put(records(500));
    const failed = deliveries.flatMap((delivery, index) =>
      delivery.status === "failed" ? [{ index, ...delivery }] : [],
    );
    expect(failed).toMatchObject([
      {
        index: 321,
        reason: "rejected",
        isAmbiguous: false,
        error: { code: "PUT_RECORDS_REFUSED", concerns: "record" },
      },
    ]);
    expect([...kinesis.stored].sort()).toEqual(
      texts(500)
        .filter((text) => text !== "record 321\n")
        .sort(),
    );
  });

  test("a refusal of every request condemns none of them: it concerns the caller", async () => {
    const { kinesis, stream } = await setUp(() => ({ refuse: "ValidationException" }));
    const deliveries = await stream.put(records(500));
    expect(deliveries).toMatchObject(
      Array(500).fill({ status: "failed", error: { code: "PUT_RECORDS_INVALID_REQUEST", concerns: "caller" } }),
    );
    expect(kinesis.requests).toBeLessThan(100);
  });
});

describe("T13: a proxy that takes no request above its limit", () => {
  const limited = (maxBytes: number) => (_index: number, body: string) =>
    Buffer.byteLength(body) > maxBytes ? { status: 413, body: "<html>Too large</html>" } : ("answered" as const);

  test.each([512, 4096, 16_384])(
    "%d bytes: requests are halved until they fit, and all records are stored",
    async (max) => {
      const { kinesis, stream } = await setUp(limited(max));
      const deliveries = await stream.put(records(500));
      expect(deliveries).toMatchObject(Array(500).fill({ status: "delivered", isAmbiguous: false }));
      expect([...kinesis.stored].sort()).toEqual(texts(500).sort());
      const least = Math.ceil((500 * 64) / max);
      expect(kinesis.requests).toBeLessThan(3 * least + 16);
    },
  );

  test("what has been learnt of the limit serves later calls", async () => {
    const { kinesis, stream } = await setUp(limited(16_384));
    await stream.put(records(500));
    const before = kinesis.requests;
    await stream.put(records(500));
    expect(kinesis.requests - before).toBeLessThanOrEqual(6);
  });

  test("a record that does not fit alone says what is in its way, and the others are stored", async () => {
    const { kinesis, stream } = await setUp(limited(4096));
    const large = { partitionKey: "large", data: Buffer.alloc(5000) };
    const deliveries = await stream.put([...records(20), large], { deadline: Date.now() + 2000 });
    expect(deliveries.slice(0, 20)).toMatchObject(Array(20).fill({ status: "delivered" }));
    expect(deliveries[20]).toMatchObject({
      status: "failed",
      reason: "unavailable",
      isAmbiguous: false,
      error: {
        code: "PUT_RECORDS_REQUEST_TOO_LARGE",
        concerns: "caller",
        message: expect.stringContaining("Raise the limit of request bodies of the proxy on the way to Kinesis."),
      },
    });
    expect(kinesis.stored).toHaveLength(20);
  });
});
