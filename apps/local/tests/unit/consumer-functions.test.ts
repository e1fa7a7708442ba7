import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalTopology } from "@millrace/topology";
import { filesOf, parseConsumer, withConsumers } from "../../src/consumers/consumer-functions.ts";

const root = mkdtempSync(join(tmpdir(), "consumers-"));
beforeAll(() => writeFileSync(join(root, "index.mjs"), "export const handler = () => undefined;"));
afterAll(() => rmSync(root, { recursive: true }));

const arn = (name: string): string => `arn:aws:kinesis:eu-west-1:000000000000:stream/${name}`;
const stack = {
  streams: ["m-local-raw", "m-local-clicks", "m-local-checkout-clicks"].map((name) => ({ name, arn: arn(name) })),
  functions: [],
  mappings: [{ onFailureBucket: undefined }, { onFailureBucket: "dead-letters" }],
} as unknown as LocalTopology;

describe("--consumer", () => {
  test.each([
    ["recommendations", "Expected --consumer to be <stream>=<folder>, or a stack"],
    ["a=", "Expected --consumer to be <stream>=<folder>, or a stack"],
    [tmpdir(), "there is no cdk.tf.json there"],
    [`a=${join(tmpdir(), "nowhere")}`, "there is no folder"],
    [`a=${tmpdir()}`, 'has no index.mjs, index.js, index.cjs, whose export "handler" is the function'],
  ])("%s is refused", (text, message) => {
    expect(() => parseConsumer(text)).toThrow(message);
  });

  test("a stream that the stack does not have is refused, and those it has are listed", () => {
    expect(() => withConsumers(stack, [parseConsumer(`orders=${root}`)])).toThrow(
      "There are: m-local-raw, m-local-clicks",
    );
  });

  test("a stream is found by its name without the prefix, and two functions may read it", () => {
    const consumer = parseConsumer(`clicks=${root}`);
    const { functions, mappings } = withConsumers(stack, [consumer, consumer]);
    expect(functions).toMatchObject([
      {
        name: "consumer-clicks",
        code: { folder: root },
        arn: "arn:aws:lambda:eu-west-1:000000000000:function:consumer-clicks",
      },
      { name: "consumer-clicks-2" },
    ]);
    expect(mappings.slice(2)).toMatchObject([
      { functionName: "consumer-clicks", streamArn: arn("m-local-clicks"), onFailureBucket: "dead-letters" },
      { functionName: "consumer-clicks-2", streamArn: arn("m-local-clicks") },
    ]);
  });

  test("other code is another version", () => {
    const hash = (): string | undefined =>
      withConsumers(stack, [parseConsumer(`clicks=${root}`)]).functions[0]?.codeHash;
    const before = hash();
    expect(hash()).toBe(before);
    writeFileSync(join(root, "index.mjs"), "export const handler = () => null;");
    expect(hash()).not.toBe(before);
  });
});

describe("--consumer with a stack", () => {
  const folder = mkdtempSync(join(tmpdir(), "consumer-stack-"));
  const stackPath = join(folder, "cdk.tf.json");
  afterAll(() => rmSync(folder, { recursive: true }));

  const reader = {
    function_name: "recommender",
    filename: "${path.module}/recommender.zip",
    source_code_hash: '${filebase64sha256("recommender.zip")}',
    handler: "index.handler",
    runtime: "nodejs22.x",
    role: "${aws_iam_role.reader.arn}",
    environment: { variables: { TABLE: "${aws_dynamodb_table.seen.name}" } },
  };
  const source = {
    event_source_arn: "${data.aws_kinesis_stream.clicks.arn}",
    function_name: "${aws_lambda_function.reader.arn}",
    starting_position: "LATEST",
    batch_size: 7,
    tumbling_window_in_seconds: null,
    destination_config: { on_failure: { destination_arn: "arn:aws:s3:::their-failures" } },
  };
  const write = (changes: { reader?: object; source?: object; stream?: string }): string => {
    const document = {
      data: { aws_kinesis_stream: { clicks: { name: changes.stream ?? "m-prod-clicks" } } },
      resource: {
        aws_dynamodb_table: { seen: { name: "seen" } },
        aws_lambda_function: { reader: { ...reader, ...changes.reader }, api: { image_uri: "another:1" } },
        aws_lambda_event_source_mapping: {
          source: { ...source, ...changes.source },
          jobs: { event_source_arn: "arn:aws:sqs:eu-west-1:000000000000:jobs", function_name: "api" },
        },
      },
    };
    writeFileSync(stackPath, JSON.stringify(document));
    writeFileSync(join(folder, "recommender.zip"), "");
    return folder;
  };
  const read = (changes: Parameters<typeof write>[0] = {}): LocalTopology =>
    withConsumers(stack, [parseConsumer(write(changes))]);

  test("its function runs with its own settings, on the local stream of the same name", () => {
    const { functions, mappings } = read();
    expect(functions).toMatchObject([
      {
        name: "recommender",
        code: { zipFile: join(folder, "recommender.zip") },
        memoryMb: 128,
        timeoutMs: 3_000,
        environment: { TABLE: "seen" },
      },
    ]);
    expect(mappings.slice(2)).toMatchObject([
      {
        functionName: "recommender",
        streamArn: arn("m-local-clicks"),
        startingPosition: "LATEST",
        batchSize: 7,
        maximumRetryAttempts: -1,
        functionResponseTypes: [],
        onFailureBucket: "their-failures",
      },
    ]);
  });

  test("another zip is another version, and its file is one of those to look at", () => {
    const before = read().functions[0]?.codeHash;
    writeFileSync(join(folder, "recommender.zip"), "other");
    expect(withConsumers(stack, [parseConsumer(stackPath)]).functions[0]?.codeHash).not.toBe(before);
    expect(filesOf({ stackPath })).toEqual([stackPath, join(folder, "recommender.zip")]);
  });

  test.each([
    ["an event filter", { source: { filter_criteria: { filter: [] } } }, "argument `filter_criteria` is not modelled"],
    [
      "a tumbling window",
      { source: { tumbling_window_in_seconds: 60 } },
      "`tumbling_window_in_seconds` is not modelled",
    ],
    ["layers", { reader: { layers: ["arn:aws:lambda:eu-west-1:1:layer:x:1"] } }, "argument `layers` is not modelled"],
    [
      "another runtime",
      { reader: { runtime: "python3.13" } },
      "has the runtime python3.13, and only functions for Node",
    ],
    ["a stream that is not ours", { stream: "checkout-prod-clicks" }, "no such stream. There are: m-local-raw"],
    ["a mapping that is off", { source: { enabled: false } }, "no enabled aws_lambda_event_source_mapping reads"],
    [
      "a zip that is not there",
      { reader: { filename: "none.zip" } },
      "the code of function recommender. Build it first",
    ],
  ])("%s is refused by its name", (_what, changes, message) => {
    expect(() => read(changes)).toThrow(message);
  });

  test("a function may not have the name of another", () => {
    const consumer = parseConsumer(write({}));
    expect(() => withConsumers(stack, [consumer, consumer])).toThrow("function recommender is the name of another");
  });
});
