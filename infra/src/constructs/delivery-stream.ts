import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { CloudwatchLogStream } from "@cdktf/provider-aws/lib/cloudwatch-log-stream/index.js";
import { KinesisFirehoseDeliveryStream } from "@cdktf/provider-aws/lib/kinesis-firehose-delivery-stream/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { DeliveryConfig, EnvironmentConfig } from "../config/schema.ts";
import type { DataKey } from "./data-key.ts";
import { type EventStream, readFrom } from "./event-stream.ts";
import type { PrivateBucket } from "./private-bucket.ts";
import { ServiceRole } from "./service-role.ts";

export interface DeliveryStreamProps {
  readonly name: string;
  readonly accountId: string;
  readonly source: EventStream;
  readonly bucket: PrivateBucket;
  /** First folder of the objects, for example `enriched`. */
  readonly folder: string;
  /** True if each record is a gzip member: Firehose joins them, and an object is a gzip all the same. */
  readonly isCompressed: boolean;
  readonly config: DeliveryConfig;
  /** Encrypts the objects. */
  readonly key: DataKey;
  readonly logs: EnvironmentConfig["logs"];
  readonly logKey: DataKey;
}

const byHour = "date=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/";

/**
 * Collects a stream's records into gzipped NDJSON objects; records end their own lines, so nothing is added between.
 */
export class DeliveryStream extends Construct {
  readonly name: string;
  /** Prefix of every object that arrived whole; a failed one lies elsewhere, where no pipe looks. */
  readonly prefix: string;
  /** For what has to wait for it. */
  readonly resource: ITerraformDependable;

  constructor(scope: Construct, id: string, props: DeliveryStreamProps) {
    super(scope, id);
    const { name, accountId, source, bucket, folder, isCompressed, config, key } = props;
    this.name = name;
    this.prefix = `${folder}/`;
    const logGroup = new CloudwatchLogGroup(this, "log", {
      name: `/aws/kinesisfirehose/${name}`,
      retentionInDays: props.logs.retention,
      kmsKeyId: props.logKey.arn,
    });
    const logStream = new CloudwatchLogStream(this, "log_stream", { name: "s3", logGroupName: logGroup.name });
    const errorFolder = `errors/${folder}/`;
    const role = new ServiceRole(this, "role", {
      name,
      description: `What the delivery stream ${name} may do`,
      trust: {
        sid: "FirehoseOfThisAccount",
        principal: { Service: "firehose.amazonaws.com" },
        actions: ["sts:AssumeRole"],
        conditions: { StringEquals: { "sts:ExternalId": accountId } },
      },
      // https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
      statements: [
        ...readFrom("Source", source),
        {
          sid: "WriteObjects",
          actions: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
          resources: [`${bucket.arn}/${this.prefix}*`, `${bucket.arn}/${errorFolder}*`],
        },
        {
          sid: "FindBucket",
          actions: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
          resources: [bucket.arn],
        },
        key.writeObjects(),
        { sid: "WriteOwnLog", actions: ["logs:PutLogEvents"], resources: [`${logGroup.arn}:log-stream:s3`] },
      ],
    });
    this.resource = new KinesisFirehoseDeliveryStream(this, "resource", {
      name,
      destination: "extended_s3",
      kinesisSourceConfiguration: { kinesisStreamArn: source.arn, roleArn: role.arn },
      extendedS3Configuration: {
        roleArn: role.arn,
        bucketArn: bucket.arn,
        prefix: `${this.prefix}${byHour}`,
        errorOutputPrefix: `${errorFolder}!{firehose:error-output-type}/${byHour}`,
        customTimeZone: "UTC",
        fileExtension: ".json.gz",
        bufferingInterval: config.bufferInterval,
        bufferingSize: config.bufferSize,
        compressionFormat: isCompressed ? "UNCOMPRESSED" : "GZIP",
        kmsKeyArn: key.arn,
        cloudwatchLoggingOptions: { enabled: true, logGroupName: logGroup.name, logStreamName: logStream.name },
      },
      dependsOn: [role.policy],
    });
  }
}
