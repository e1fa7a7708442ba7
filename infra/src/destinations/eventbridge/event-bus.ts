import { CloudwatchEventBus } from "@cdktf/provider-aws/lib/cloudwatch-event-bus/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Graph, Series } from "../../constructs/metric.ts";
import { prefixOf } from "../../names.ts";
import type { DestinationMaker, DestinationProps, DestinationResource } from "../destination-resource.ts";

export const eventBuses: DestinationMaker = {
  make: (scope, id, props) => new EventBus(scope, id, props),
  keyStatement: ({ aws, environment }) => ({
    sid: "BusesOfThisPipeline",
    principal: { Service: "events.amazonaws.com" },
    actions: ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
    resources: ["*"],
    conditions: {
      StringEquals: { "aws:SourceAccount": aws.accountId },
      ArnLike: {
        "aws:SourceArn": `arn:aws:events:${aws.region}:${aws.accountId}:event-bus/${prefixOf(environment)}-*`,
      },
    },
  }),
};

/** An encrypted event bus that Terraform will not delete. Its rules are the consumer's. */
class EventBus extends Construct implements DestinationResource {
  readonly name: string;
  readonly #bus: CloudwatchEventBus;

  constructor(scope: Construct, id: string, { destination, name, key, tags }: DestinationProps) {
    super(scope, id);
    this.name = name;
    this.#bus = new CloudwatchEventBus(this, "resource", {
      name,
      description: `Events of the routes of ${destination.application}`,
      kmsKeyIdentifier: key.arn,
      tags: { ...tags },
      lifecycle: { preventDestroy: true },
    });
  }

  get arn(): string {
    return this.#bus.arn;
  }

  get nameReference(): string {
    return this.#bus.name;
  }

  get resource(): ITerraformDependable {
    return this.#bus;
  }

  /** A bus keeps nothing that could be late. */
  watch(): void {}

  graphs(undelivered: Series): readonly Graph[] {
    return [{ title: "Not taken", series: [undelivered] }];
  }
}
