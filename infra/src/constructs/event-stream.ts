import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { StreamConfig } from "../config/schema.ts";
import { kinesis } from "../destinations/kinesis/kinesis.ts";
import type { DataKey } from "./data-key.ts";
import type { Statement } from "./policy.ts";

export interface EventStreamProps {
  readonly name: string;
  readonly config: StreamConfig;
  readonly key: DataKey;
  readonly tags?: Readonly<Record<string, string>>;
  /** The stream is there already. */
  readonly isAdopted?: boolean;
}

/** An encrypted Kinesis stream that Terraform will not delete. */
export class EventStream extends Construct {
  readonly name: string;
  readonly config: StreamConfig;
  readonly key: DataKey;
  readonly #stream: KinesisStream;

  constructor(scope: Construct, id: string, { name, config, key, tags = {}, isAdopted = false }: EventStreamProps) {
    super(scope, id);
    this.name = name;
    this.config = config;
    this.key = key;
    const { capacity } = config;
    this.#stream = new KinesisStream(this, "resource", {
      name,
      streamModeDetails: { streamMode: capacity.mode },
      ...(capacity.mode === "PROVISIONED" ? { shardCount: capacity.shards } : {}),
      retentionPeriod: config.retention,
      maxRecordSizeInKib: config.maxRecordSize,
      encryptionType: "KMS",
      kmsKeyId: key.arn,
      // A consumer registered by another team does not lose its stream to our apply.
      enforceConsumerDeletion: false,
      tags: { ...tags },
      lifecycle: { preventDestroy: true },
    });
    if (isAdopted) this.#stream.importFrom(name);
  }

  /** For what has to wait for it without naming it. */
  get resource(): ITerraformDependable {
    return this.#stream;
  }

  get arn(): string {
    return this.#stream.arn;
  }

  /** The stream's name as a reference, so that what uses it waits for it. */
  get nameReference(): string {
    return this.#stream.name;
  }
}

/** May write to these streams. */
export const writeTo = (sid: string, streams: readonly EventStream[]): readonly Statement[] => [
  {
    sid: `Write${sid}`,
    actions: kinesis.writeActions,
    resources: streams.map((stream) => stream.arn),
  },
  ...distinctKeys(streams).map((key) => key.encryptThrough("kinesis")),
];

/**
 * May read this stream as an event source mapping or a delivery stream does.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
 */
export const readFrom = (sid: string, stream: EventStream): readonly Statement[] => [
  {
    sid: `Read${sid}`,
    actions: [
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
    ],
    resources: [stream.arn],
  },
  stream.key.decryptThrough("kinesis"),
];

/** The keys of these streams, each once. */
const distinctKeys = (streams: readonly EventStream[]): readonly DataKey[] => [
  ...new Set(streams.map((stream) => stream.key)),
];
