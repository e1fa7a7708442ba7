import { describe, expect, test } from "@jest/globals";
import { type KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { Kinesis, startKinesisServer, VirtualClock } from "@millrace/aws-simulator";
import { createKinesisClient } from "@millrace/put-records";
import { Health } from "../../src/health.ts";
import { type AskStream, createAskStream, waitForStream } from "../../src/stream-check.ts";

function check(ask: AskStream) {
  const clock = new VirtualClock();
  const health = new Health();
  let asked = 0;
  const waiting = waitForStream({
    ask: (signal) => {
      asked += 1;
      return ask(signal);
    },
    streamName: "raw",
    health,
    clock,
    timeoutMs: 10_000,
  });
  return { clock, health, waiting, asked: () => asked };
}

const fail = (name: string) => Promise.reject(Object.assign(new Error("arn:aws:iam::1:role/secret"), { name }));

describe("before the first ready", () => {
  test.each([
    ["ResourceNotFoundException", /cannot be asked \(ResourceNotFoundException\)\. Set RAW_STREAM_NAME/],
    ["AccessDeniedException", /cannot be asked \(AccessDeniedException\)\. Allow kinesis:/],
    ["TimeoutError", /cannot be asked \(TimeoutError\)\.$/],
  ])("%s is told until the stream answers, and then nobody asks again", async (name, reason) => {
    let answer: () => Promise<string | undefined> = () => fail(name);
    const { clock, health, waiting, asked } = check(() => answer());
    expect(health.missing).toBe("The stream has not answered yet.");
    await clock.runFor(3_500);
    expect(health.missing).toMatch(reason);
    expect(health.missing).not.toContain("secret");
    answer = () => Promise.resolve(undefined);
    expect(await clock.run(waiting)).toBeUndefined();
    expect(health.missing).toBeUndefined();
    const before = asked();
    await clock.runFor(60_000);
    expect(asked()).toBe(before);
  });

  test("a stream that never answers makes it ready when the time is over", async () => {
    const never: AskStream = (signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    const { clock, health, waiting } = check(never);
    await clock.runFor(3_000);
    expect(health.missing).toContain("no answer in time");
    expect(await clock.run(waiting)).toContain("no answer in time");
    expect(health.missing).toBeUndefined();
  });

  test.each([
    ["ACTIVE", undefined],
    ["UPDATING", undefined],
    ["CREATING", "The stream raw is CREATING."],
    ["DELETING", "The stream raw is DELETING."],
  ])("a stream that is %s", async (status, missing) => {
    const client = { send: () => Promise.resolve({ StreamDescriptionSummary: { StreamStatus: status } }) };
    const ask = createAskStream(client, "raw");
    expect(await ask(new AbortController().signal)).toBe(missing);
  });

  test.each([
    ["AccessDeniedException", "client", "The stream raw must not be written (AccessDeniedException)."],
    ["KMSAccessDeniedException", "client", "The stream raw must not be written (KMSAccessDeniedException)."],
    ["InvalidArgumentException", "client", undefined],
    ["ProvisionedThroughputExceededException", "client", undefined],
  ])("a write that is answered with %s", async (name, $fault, missing) => {
    const client = refuseWrites(Object.assign(new Error("no"), { name, $fault }));
    const answer = await createAskStream(client, "raw")(new AbortController().signal);
    if (missing === undefined) expect(answer).toBeUndefined();
    else expect(answer).toContain(missing);
  });

  test("a fault of the service at a write says nothing, so it is asked again", async () => {
    const client = refuseWrites(Object.assign(new Error("no"), { name: "InternalFailure", $fault: "server" }));
    await expect(createAskStream(client, "raw")(new AbortController().signal)).rejects.toThrow("no");
  });

  test("the question to the model of Kinesis stores nothing", async () => {
    const kinesis = new Kinesis();
    kinesis.createStream({ streamName: "raw", shardCount: 1 });
    const server = await startKinesisServer(kinesis);
    const client = createKinesisClient({
      endpoint: server.url,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    expect(await createAskStream(client, "raw")(new AbortController().signal)).toBeUndefined();
    expect([...kinesis.readRecords("raw")]).toEqual([]);
    client.destroy();
    await server.close();
  });
});

/** A client of a stream that is there, whose writes fail. */
function refuseWrites(error: Error): Pick<KinesisClient, "send"> {
  const send = (command: unknown) =>
    command instanceof PutRecordsCommand
      ? Promise.reject(error)
      : Promise.resolve({ StreamDescriptionSummary: { StreamStatus: "ACTIVE" } });
  return { send: send as KinesisClient["send"] };
}
