import { Readable } from "node:stream";
import {
  type KinesisClient,
  PutRecordsCommand,
  type PutRecordsCommandInput,
  type PutRecordsCommandOutput,
} from "@aws-sdk/client-kinesis";
import { AwsJson1_1Protocol } from "@aws-sdk/core/protocols";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createKinesisClient } from "../../src/index.ts";

const settings = {
  region: "eu-west-1",
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  endpoint: "http://127.0.0.1:1",
};

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

interface Exchange {
  readonly headers: Record<string, string>;
  readonly body: unknown;
  readonly output: PutRecordsCommandOutput | { readonly name: string; readonly message: string };
}

/** Sends one request whose answer is given, and tells what would have gone over the wire. */
async function exchange(client: KinesisClient, input: PutRecordsCommandInput, answer: Answer): Promise<Exchange> {
  let headers: Record<string, string> = {};
  let body: unknown;
  client.middlewareStack.add(
    () => (args) => {
      const request = args.request as { headers: Record<string, string>; body: Uint8Array | string };
      headers = request.headers;
      body = JSON.parse(typeof request.body === "string" ? request.body : new TextDecoder().decode(request.body));
      const response = { ...answer, headers: { "X-Amzn-RequestId": "r-1" }, body: Readable.from([answer.body]) };
      return Promise.resolve({ response, output: {} as never });
    },
    { step: "deserialize", priority: "low", name: "answer", override: true },
  );
  const output = await client.send(new PutRecordsCommand(input)).catch((error: unknown) => error as Error);
  const shown = output instanceof Error ? { name: output.name, message: output.message } : output;
  return { headers, body, output: shown };
}

const key = fc.oneof(fc.string({ unit: "binary", minLength: 1, maxLength: 20 }), fc.constant('"\\\n\u0000'));
const entry = fc.record(
  {
    Data: fc.uint8Array({ maxLength: 40 }),
    PartitionKey: key,
    ExplicitHashKey: fc.constantFrom("0", "340282366920938463463"),
  },
  { requiredKeys: ["Data", "PartitionKey"] },
);
const target = fc.constantFrom(
  { StreamName: "s" },
  { StreamARN: "arn:aws:kinesis:eu-west-1:000000000000:stream/s" },
  { StreamName: "s", StreamARN: undefined },
);
const result = fc.oneof(
  fc.record({ SequenceNumber: fc.constant("49590"), ShardId: fc.constant("shardId-000000000001") }),
  fc.record({ ErrorCode: fc.constant("InternalFailure"), ErrorMessage: fc.string() }),
);
const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({
    statusCode: fc.constant(200),
    body: fc
      .record(
        { FailedRecordCount: fc.nat(5), Records: fc.array(result), EncryptionType: fc.constant("KMS") },
        { requiredKeys: ["Records"] },
      )
      .map((content) => JSON.stringify(content)),
  }),
  fc.constantFrom<Answer>(
    { statusCode: 400, body: '{"__type":"ResourceNotFoundException","message":"Stream s not found."}' },
    { statusCode: 400, body: '{"__type":"com.amazonaws.kinesis#ExpiredTokenException","Message":"expired"}' },
    { statusCode: 500, body: '{"__type":"InternalFailure"}' },
    { statusCode: 503, body: "" },
    { statusCode: 200, body: "" },
  ),
);

describe("PutRecords as it is written and read by hand", () => {
  const byHand = createKinesisClient(settings);
  const bySdk = createKinesisClient({ ...settings, protocol: AwsJson1_1Protocol });

  test("is what the SDK writes and reads", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 8 }), target, answer, async (Records, stream, given) => {
        const input = { ...stream, Records };
        const ours = await exchange(byHand, input, given);
        const theirs = await exchange(bySdk, input, given);
        expect(ours.body).toEqual(theirs.body);
        expect(ours.output).toEqual(theirs.output);
        for (const name of ["content-type", "x-amz-target"]) expect(ours.headers[name]).toBe(theirs.headers[name]);
      }),
    );
  });

  test("has the length it says, whatever is in keys and data", async () => {
    const Records = [{ PartitionKey: "ключ-\u0001-😀".repeat(10), Data: new Uint8Array([0, 255, 128]) }];
    const { headers, body } = await exchange(byHand, { StreamName: "s", Records }, { statusCode: 200, body: "{}" });
    expect(headers["content-length"]).toBe(String(Buffer.byteLength(JSON.stringify(body))));
  });

  test("an answer that is no JSON is an error that shows it", async () => {
    const { output } = await exchange(byHand, { StreamName: "s", Records: [] }, { statusCode: 200, body: "<html>" });
    expect(output).toMatchObject({ name: "SyntaxError" });
  });
});
