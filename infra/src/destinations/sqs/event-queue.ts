import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue/index.js";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { EnvironmentConfig } from "../../config/schema.ts";
import type { MetricAlarms } from "../../constructs/metric-alarms.ts";
import type { Graph, Metric, Series } from "../../constructs/metric.ts";
import { principalPolicyDocument } from "../../constructs/policy.ts";
import type { DestinationMaker, DestinationProps, DestinationResource } from "../destination-resource.ts";

/** The longest that SQS keeps a message: 14 days. A destination's consumer has as long to come back. */
const RETENTION_SECONDS = 1_209_600;

/**
 * Time that a consumer has for a message before it comes again: six times a function of 30 s.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const VISIBILITY_SECONDS = 180;

export const eventQueues: DestinationMaker = { make: (scope, id, props) => new EventQueue(scope, id, props) };

/** An encrypted standard queue that Terraform will not delete. */
class EventQueue extends Construct implements DestinationResource {
  readonly name: string;
  readonly #queue: SqsQueue;
  readonly #owner: string;

  constructor(scope: Construct, id: string, { destination, name, key, tags }: DestinationProps) {
    super(scope, id);
    this.name = name;
    this.#owner = destination.owner;
    this.#queue = new SqsQueue(this, "resource", {
      name,
      kmsMasterKeyId: key.arn,
      kmsDataKeyReusePeriodSeconds: 300,
      messageRetentionSeconds: RETENTION_SECONDS,
      visibilityTimeoutSeconds: VISIBILITY_SECONDS,
      tags: { ...tags },
      lifecycle: { preventDestroy: true },
    });
    // IAM grants who may send and receive. This policy adds that every request uses TLS.
    new SqsQueuePolicy(this, "policy", {
      queueUrl: this.#queue.url,
      policy: principalPolicyDocument([
        {
          effect: "Deny",
          sid: "OnlyOverTls",
          principal: "*",
          actions: ["sqs:*"],
          resources: [this.#queue.arn],
          conditions: { Bool: { "aws:SecureTransport": "false" } },
        },
      ]),
    });
  }

  get arn(): string {
    return this.#queue.arn;
  }

  get nameReference(): string {
    return this.#queue.name;
  }

  get resource(): ITerraformDependable {
    return this.#queue;
  }

  watch(alarms: MetricAlarms, config: EnvironmentConfig["alarms"]): void {
    alarms.above(`${this.node.id}_unread`, (RETENTION_SECONDS * config.unreadShareOfRetention) / 100, {
      of: this.#oldestMessageAge,
      periods: 3,
      description: `The consumer of ${this.name} is so far behind that messages expire unread soon. It belongs to ${this.#owner}.`,
    });
  }

  graphs(undelivered: Series): readonly Graph[] {
    return [
      {
        title: "Messages",
        series: [
          { label: "sent", metric: this.#metric("NumberOfMessagesSent", "Sum") },
          { label: "deleted", metric: this.#metric("NumberOfMessagesDeleted", "Sum") },
        ],
      },
      { title: "Not taken", series: [undelivered] },
      { title: "Unread for (s)", series: [{ label: this.name, metric: this.#oldestMessageAge }] },
    ];
  }

  /** Age of the oldest message that is not deleted, in s. */
  get #oldestMessageAge(): Metric {
    return this.#metric("ApproximateAgeOfOldestMessage", "Maximum");
  }

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
  #metric(metricName: string, statistic: Metric["statistic"]): Metric {
    return { namespace: "AWS/SQS", metricName, dimensions: { QueueName: this.name }, statistic };
  }
}
