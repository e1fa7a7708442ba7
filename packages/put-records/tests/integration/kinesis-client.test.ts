import { afterEach, describe, expect, test } from "@jest/globals";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { createKinesisClient, createPutRecords } from "../../src/index.ts";
import { startHttpKinesis } from "../support/http-kinesis.ts";
import { record } from "../support/set-up.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const middleware = (client: KinesisClient) => client.middlewareStack.identify().join("\n");

describe("createKinesisClient", () => {
  test("leaves out the SDK's preparation of records for a logger that is not there", () => {
    expect(middleware(new KinesisClient({ region: "eu-west-1" }))).toContain("loggerMiddleware");
    expect(middleware(createKinesisClient({ region: "eu-west-1" }))).not.toContain("loggerMiddleware");
  });

  test("signs and sends a request without the SDK's bookkeeping of attempts", async () => {
    const kinesis = await startHttpKinesis();
    cleanUps.push(() => kinesis.close());
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    const client = createKinesisClient({ region: "eu-west-1", credentials, endpoint: kinesis.url });
    cleanUps.push(() => client.destroy());
    const headers: Record<string, string>[] = [];
    client.middlewareStack.add(
      (next) => (args) => {
        headers.push((args.request as { headers: Record<string, string> }).headers);
        return next(args);
      },
      { step: "finalizeRequest", priority: "low" },
    );
    const [delivery] = await createPutRecords({ client, streamName: "s" }).put([record(1)]);
    expect(delivery?.status).toBe("delivered");
    expect(headers[0]?.["authorization"]).toMatch(/^AWS4-HMAC-SHA256 Credential=a\//);
    expect(headers[0]).not.toHaveProperty("amz-sdk-request");
  });

  test("prepares records for a logger that is there", async () => {
    const kinesis = await startHttpKinesis();
    cleanUps.push(() => kinesis.close());
    const commands: unknown[] = [];
    const ignore = () => undefined;
    const client = createKinesisClient({
      region: "eu-west-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      endpoint: kinesis.url,
      logger: {
        info: (entry: { commandName?: string }) => commands.push(entry.commandName),
        debug: ignore,
        warn: ignore,
        error: ignore,
      },
    });
    cleanUps.push(() => client.destroy());
    await createPutRecords({ client, streamName: "s" }).put([record(1)]);
    expect(commands).toContain("PutRecordsCommand");
  });
});
