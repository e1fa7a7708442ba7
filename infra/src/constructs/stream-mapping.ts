import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { MappingConfig } from "../config/schema.ts";
import type { EventStream } from "./event-stream.ts";
import type { PipelineFunction } from "./pipeline-function.ts";
import type { Statement } from "./policy.ts";
import type { PrivateBucket } from "./private-bucket.ts";

export interface StreamMappingProps {
  readonly source: EventStream;
  readonly target: PipelineFunction;
  readonly config: MappingConfig;
  readonly deadLetters: PrivateBucket;
  /** Resources that must exist before the first record is read. */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * Reads a stream into a function so that nothing blocks a shard for ever and nothing disappears: retries and age are
 * finite, a failing batch is halved, the function names the record it stopped at, and what is given up lands whole in
 * S3 (SQS and SNS would get pointers into a stream that forgets).
 */
export class StreamMapping extends Construct {
  readonly #mapping: LambdaEventSourceMapping;

  constructor(
    scope: Construct,
    id: string,
    { source, target, config, deadLetters, dependsOn = [] }: StreamMappingProps,
  ) {
    super(scope, id);
    this.#mapping = new LambdaEventSourceMapping(this, "resource", {
      eventSourceArn: source.arn,
      functionName: target.aliasArn,
      enabled: true,
      // LATEST can miss events that arrive while the mapping is being created.
      ...(config.startAt === undefined
        ? { startingPosition: "TRIM_HORIZON" }
        : { startingPosition: "AT_TIMESTAMP", startingPositionTimestamp: config.startAt }),
      batchSize: config.batchSize,
      maximumBatchingWindowInSeconds: config.batchingWindow,
      parallelizationFactor: config.parallelizationFactor,
      maximumRetryAttempts: config.maximumRetryAttempts,
      maximumRecordAgeInSeconds: config.maximumRecordAge,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: { onFailure: { destinationArn: deadLetters.arn } },
      // Without these metrics the number of records in the dead letters, or dropped, is invisible.
      metricsConfig: { metrics: ["EventCount"] },
      dependsOn: [target.serviceRole.policy, ...dependsOn],
      // Only a new mapping starts anywhere; another position in the configuration would replace the one that knows its
      // place. One that an operator stopped stays so through a deployment, until they start it; its alarm says so.
      lifecycle: { ignoreChanges: ["starting_position", "starting_position_timestamp", "enabled"] },
    });
  }

  /** For what has to wait for it. */
  get resource(): ITerraformDependable {
    return this.#mapping;
  }

  /** The mapping's id, which its metrics carry as a dimension. */
  get uuid(): string {
    return this.#mapping.uuid;
  }
}

/**
 * Returns the permission to write dead letters, for the function's role: Lambda writes them with that role.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export const writeDeadLetters = (bucket: PrivateBucket): readonly Statement[] => [
  { sid: "WriteDeadLetters", actions: ["s3:PutObject"], resources: [`${bucket.arn}/aws/lambda/*`] },
  { sid: "FindDeadLetterBucket", actions: ["s3:ListBucket"], resources: [bucket.arn] },
  bucket.key.writeObjects(),
];
